using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Stacks;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Work;
using Stack = Slipway.Server.Stacks.Stack;

namespace Slipway.Server.Deployments;

/// <summary>Adds a deployment with the action that carries it out. Call it inside of a write.</summary>
internal static class NewDeployment
{
    public const string DeployKind = "deploy";
    public const string RollbackKind = "rollback";
    private const int SessionLength = 10;
    private const string SessionLetters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>What the handlers of the actions are told.</summary>
    internal sealed record Payload(int DeploymentId);

    public static async Task<RedeployReply> AddAsync(
        AppDb db, ActionQueue queue, Stack stack, Deployment deployment, Requester requester, bool isQueued, CancellationToken cancellationToken)
    {
        var kind = deployment.Type is DeploymentType.Rollback ? RollbackKind : DeployKind;
        var action = queue.Add(stack, kind, kind, "{}", requester);
        deployment.Action = action;
        db.Deployments.Add(deployment);
        // Clients poll the stack until it is done, so it must not look done now.
        if (stack.Status != StackStatus.Deploying)
            stack.Status = StackStatus.QueuedForDeploying;
        await db.SaveChangesAsync(cancellationToken);
        action.Payload = JsonSerializer.Serialize(new Payload(deployment.Id));
        await db.SaveChangesAsync(cancellationToken);
        var message = isQueued ? "Stack queued for redeployment; it starts when the actions before it have ended" : "Stack queued for redeployment";
        return new(true, message, isQueued, action.Id, deployment.Id);
    }

    /// <summary>A deployment of the stack with a session of its own; its release is named by time and session, so that names sort by age.</summary>
    public static Deployment For(Stack stack, string gitRef, DeploymentType type, Requester requester, DateTimeOffset now)
    {
        var session = RandomNumberGenerator.GetString(SessionLetters, SessionLength);
        return new()
        {
            StackId = stack.Id,
            Session = session,
            GitRef = gitRef,
            TriggeredBy = requester.Email,
            Trigger = requester.Via switch
            {
                Caller.ViaWeb => DeploymentTrigger.Web,
                Caller.ViaApi => DeploymentTrigger.Api,
                _ => DeploymentTrigger.Hook,
            },
            Type = type,
            Outcome = DeploymentOutcome.InProgress,
            StartedAt = now,
            Release = $"{now.UtcDateTime:yyyyMMddHHmmss}-{session}",
        };
    }
}
