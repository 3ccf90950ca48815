using System.Diagnostics;
using Slipway.Server.Actions;
using Slipway.Server.Stacks;

namespace Slipway.Server.Platform.Work;

/// <summary>Puts work into the actions table. The caller saves, in the same transaction as whatever the work is about, and wakes the stack then.</summary>
internal sealed class ActionQueue(AppDb db, StackScheduler scheduler, TimeProvider time)
{
    public StackAction Add(
        Stack stack, string kind, string name, string payload, Requester requester, string resourceType = StackAction.OnStack, int? resourceId = null,
        bool isBeside = false)
    {
        var action = new StackAction
        {
            Stack = stack,
            Kind = kind,
            IsBeside = isBeside,
            Name = name,
            Payload = payload,
            ResourceType = resourceType,
            ResourceId = resourceId ?? stack.Id,
            UserEmail = requester.Email,
            StartedVia = requester.Via,
            CreatedAt = time.GetUtcNow(),
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null,
        };
        db.Actions.Add(action);
        stack.LastActivityAt = action.CreatedAt;
        return action;
    }

    /// <summary>The same queue for what is stored through another context, such as the end of an action.</summary>
    public ActionQueue In(AppDb other) => new(other, scheduler, time);

    /// <summary>Starts the stack's work now. Without this call, or if it is lost, the sweep finds the action within 2 s.</summary>
    public void Wake(int stackId) => Wake(new Lane(stackId));

    public void Wake(Lane lane) => scheduler.Wake(lane);
}

/// <summary>Who asks for work, and by which way: web, api or hook.</summary>
internal sealed record Requester(string Email, string Via);
