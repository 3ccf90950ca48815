using Slipway.Contracts.Http;
using Slipway.Engine.Git;
using Record = Slipway.Contracts.Deployments.Deployment;

namespace Slipway.Server.Deployments;

/// <summary>Deployments as the API shows them.</summary>
internal static class DeploymentRecords
{
    /// <param name="deployment">The deployment.</param>
    /// <param name="head">Id of the stack's newest deployment.</param>
    /// <param name="gitUrl">Address of the stack's repository.</param>
    public static Record From(Deployment deployment, int head, string gitUrl) => new()
    {
        Id = deployment.Id,
        TriggeredBy = deployment.TriggeredBy,
        TriggeredVia = new((int)deployment.Trigger, Name(deployment.Trigger)),
        StartedAt = deployment.StartedAt,
        FinishedAt = deployment.FinishedAt,
        Outcome = new((int)deployment.Outcome, deployment.Outcome is DeploymentOutcome.InProgress ? "in progress" : Name(deployment.Outcome)),
        GitHash = deployment.GitHash,
        DeploySession = deployment.Session,
        DeployType = new((int)deployment.Type, Name(deployment.Type)),
        IsHead = deployment.Id == head,
        IsLive = deployment.IsLive,
        Reverted = deployment.RevertedAt is null ? null : true,
        RevertedBy = deployment.RevertedBy,
        RevertedAt = deployment.RevertedAt,
        IsDeploying = deployment.Outcome is DeploymentOutcome.InProgress,
        CommitUrl = CommitUrl(gitUrl, deployment.GitHash),
        AsyncActionId = deployment.ActionId,
        CanRollback = CanRollBackTo(deployment),
        Message = deployment.Message,
    };

    public static bool CanRollBackTo(Deployment deployment) =>
        deployment is { Outcome: DeploymentOutcome.Success, IsKept: true, IsLive: false };

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>Where the well-known hosts show a commit; null for hosts that are not known.</summary>
    private static string? CommitUrl(string gitUrl, string? hash)
    {
        if (hash is null || !GitUrl.TryParse(gitUrl, out var url, out _))
            return null;
        var folder = url.Host switch
        {
            "github.com" or "codeberg.org" => "commit",
            "gitlab.com" => "-/commit",
            "bitbucket.org" => "commits",
            _ => null,
        };
        var path = url.Address[(url.Address.IndexOf(url.Host, StringComparison.Ordinal) + url.Host.Length + 1)..].Trim('/');
        if (path.EndsWith(".git", StringComparison.Ordinal))
            path = path[..^4];
        return folder is null ? null : $"https://{url.Host}/{path}/{folder}/{hash}";
    }
}
