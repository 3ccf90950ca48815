using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Stacks;

namespace Slipway.Demo;

/// <summary>Follows actions of a stack and tells each step as it ends.</summary>
internal sealed class Progress(SlipwayClient client, string stackUid, Story story)
{
    /// <summary>Follows an action and those that it brings about, until the stack has nothing more to do.</summary>
    public async Task FollowAllAsync(int actionId, CancellationToken cancellationToken)
    {
        await FollowAsync(actionId, cancellationToken);
        while ((await client.Actions.ListAsync(stackUid, cancellationToken: cancellationToken)).Response.LastOrDefault(action => action.Id > actionId) is { } next)
        {
            actionId = next.Id;
            await FollowAsync(actionId, cancellationToken);
        }
        var stack = await client.Stacks.GetAsync(stackUid, cancellationToken);
        if (stack.Status != StackStatus.Success)
            throw new InvalidOperationException($"The stack is not deployed; its status is {stack.Status}.");
    }

    public async Task FollowAsync(int actionId, CancellationToken cancellationToken)
    {
        var told = new HashSet<int>();
        await foreach (var item in client.Actions.FollowAsync(stackUid, actionId, since: 0, cancellationToken))
        {
            if (item.EventType == ActionsClient.StepsEvent)
                TellSteps(JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.IReadOnlyListActionStep) ?? [], told);
            else if (item.EventType == ActionsClient.FinishedEvent)
                break;
        }
        var action = await client.Actions.GetAsync(stackUid, actionId, cancellationToken);
        if (action.FinishedSuccess != true)
            throw new InvalidOperationException($"{action.Action} failed: {action.FinishedMessage}");
    }

    private void TellSteps(IReadOnlyList<ActionStep> steps, HashSet<int> told)
    {
        foreach (var step in steps.Where(step => step.State is "running" or "done" or "failed"))
        {
            if (told.Add(step.Number))
                story.Detail($"[{step.Number}/{steps.Count}] {step.Name}");
        }
    }
}
