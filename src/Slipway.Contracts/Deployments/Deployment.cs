using Slipway.Contracts.Http;

namespace Slipway.Contracts.Deployments;

/// <summary>One attempt to bring a commit to a stack's servers.</summary>
public sealed record Deployment
{
    public required int Id { get; init; }

    /// <summary>E-mail address of who asked for it.</summary>
    public required string TriggeredBy { get; init; }

    /// <summary>0 web, 1 api, 2 hook.</summary>
    public required CodedValue TriggeredVia { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>0 in progress, 1 success, 2 failed, 3 cancelled.</summary>
    public required CodedValue Outcome { get; init; }

    public string? GitHash { get; init; }

    /// <summary>Ten letters and digits that name the release on the servers.</summary>
    public required string DeploySession { get; init; }

    /// <summary>0 build (every run until the first success), 1 deploy, 2 rollback.</summary>
    public required CodedValue DeployType { get; init; }

    /// <summary>Whether it is the newest deployment of the stack.</summary>
    public required bool IsHead { get; init; }

    /// <summary>Whether its release serves now.</summary>
    public required bool IsLive { get; init; }

    /// <summary>Whether a rollback took this deployment's release out of service.</summary>
    public bool? Reverted { get; init; }

    public string? RevertedBy { get; init; }

    public DateTimeOffset? RevertedAt { get; init; }

    public required bool IsDeploying { get; init; }

    public string? CommitUrl { get; init; }

    /// <summary>The action that does the work. Beyond the blueprint.</summary>
    public int? AsyncActionId { get; init; }

    /// <summary>Whether its release is still on the servers, so that a rollback needs no build. Beyond the blueprint.</summary>
    public bool CanRollback { get; init; }

    /// <summary>Why it failed, in a few lines. Beyond the blueprint.</summary>
    public string? Message { get; init; }
}

/// <summary>A redeployment asked for.</summary>
/// <param name="GitRef">Branch, tag or hash; by default the stack's branch.</param>
public sealed record Redeploy(string? GitRef = null);

/// <summary>The reply to a redeployment.</summary>
/// <param name="Ok">Always true.</param>
/// <param name="Message">Says whether it starts at once or waits.</param>
/// <param name="Queued">Whether it waits for another action to end.</param>
/// <param name="AsyncActionId">The action that does the work.</param>
/// <param name="DeploymentId">The deployment that was queued.</param>
public sealed record RedeployReply(bool Ok, string Message, bool Queued, int AsyncActionId, int DeploymentId);
