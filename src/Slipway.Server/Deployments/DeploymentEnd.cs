using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Deployments;
using Slipway.Server.Containers;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Deployments;

/// <summary>Writes down how far a deployment is: its own row, the stack's status, what serves now and what is still on the servers.</summary>
internal sealed class DeploymentEnd(TimeProvider time)
{
    public static async Task BeginAsync(AppDb db, int deploymentId, CancellationToken cancellationToken)
    {
        var deployment = await FindAsync(db, deploymentId, cancellationToken);
        var stack = deployment.Stack!;
        stack.Status = StackStatus.Deploying;
        if (stack.Health is StackHealth.Unknown or StackHealth.Failed)
            stack.Health = StackHealth.Building;
    }

    public async Task EndAsync(AppDb db, int deploymentId, DeployState state, ActionEnd end, CancellationToken cancellationToken)
    {
        var deployment = await FindAsync(db, deploymentId, cancellationToken);
        deployment.FinishedAt = time.GetUtcNow();
        deployment.Message = end.Message;
        deployment.GitHash = state.Commit.Length > 0 ? state.Commit : null;
        // From the switch on the new release serves, whatever happened after it.
        var serves = end.IsSuccess || state.IsSwitched;
        deployment.Outcome = (end.IsSuccess, end.IsCancelled) switch
        {
            (true, _) => DeploymentOutcome.Success,
            (_, true) => DeploymentOutcome.Cancelled,
            _ => DeploymentOutcome.Failed,
        };
        if (end.IsSuccess && state.ReconfiguresNginx && deployment.Type is not DeploymentType.Rollback)
            deployment.Stack!.ReconfigureNginx = false;
        if (serves)
            await GoLiveAsync(db, deployment, state, cancellationToken);
        await ContainerRows.StoreAsync(db, deployment.StackId, state, time.GetUtcNow(), cancellationToken);
        var hasLive = serves || await db.Deployments.AnyAsync(row => row.StackId == deployment.StackId && row.IsLive, cancellationToken);
        Describe(deployment, state, hasLive);
        await QueueNextAsync(db, deployment, cancellationToken);
    }

    /// <summary>One that never began changes nothing but its own row, and the stack's status when nothing else is to come.</summary>
    public async Task EndQueuedAsync(AppDb db, int deploymentId, ActionEnd end, CancellationToken cancellationToken)
    {
        var deployment = await FindAsync(db, deploymentId, cancellationToken);
        (deployment.FinishedAt, deployment.Message, deployment.Outcome) = (time.GetUtcNow(), end.Message, DeploymentOutcome.Cancelled);
        var others = db.Deployments.Where(row => row.StackId == deployment.StackId && row.Id != deployment.Id);
        if (await others.AnyAsync(row => row.Outcome == DeploymentOutcome.InProgress, cancellationToken))
            return;
        var last = await others.Where(row => row.Outcome != DeploymentOutcome.Cancelled).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
        deployment.Stack!.Status = last?.Outcome switch
        {
            DeploymentOutcome.Success => StackStatus.Success,
            DeploymentOutcome.Failed => StackStatus.Failed,
            _ => StackStatus.Analysed,
        };
    }

    private async Task GoLiveAsync(AppDb db, Deployment deployment, DeployState state, CancellationToken cancellationToken)
    {
        var earlier = await db.Deployments.Where(row => row.StackId == deployment.StackId && row.Id != deployment.Id && (row.IsLive || row.IsKept))
            .ToListAsync(cancellationToken);
        foreach (var row in earlier.Where(row => row.IsLive))
        {
            row.IsLive = false;
            if (deployment.Type is not DeploymentType.Rollback)
                continue;
            row.RevertedBy = deployment.TriggeredBy;
            row.RevertedAt = time.GetUtcNow();
        }
        if (state.KeptReleases.Count > 0 && deployment.Type is not DeploymentType.Rollback)
        {
            foreach (var row in earlier)
                row.IsKept = state.KeptReleases.Contains(row.Release);
        }
        deployment.IsLive = true;
        deployment.IsKept = true;
    }

    private static void Describe(Deployment deployment, DeployState state, bool hasLive)
    {
        var stack = deployment.Stack!;
        var isSuccess = deployment.Outcome is DeploymentOutcome.Success;
        stack.Status = isSuccess ? StackStatus.Success : StackStatus.Failed;
        stack.Message = deployment.Message;
        stack.Health = hasLive ? StackHealth.Healthy : StackHealth.Failed;
        stack.UpdatedAt = deployment.FinishedAt!.Value;
        foreach (var server in stack.Servers)
        {
            if (state.ProvisionedDigests.TryGetValue(server.Uid, out var digest))
                server.ProvisionedDigest = digest;
            if (isSuccess)
                server.Health = StackHealth.Healthy;
        }
    }

    // Clients poll the status until it is final, and it is not while another deployment waits.
    private static async Task QueueNextAsync(AppDb db, Deployment deployment, CancellationToken cancellationToken)
    {
        var isQueued = await db.Deployments.AnyAsync(
            row => row.StackId == deployment.StackId && row.Id != deployment.Id && row.Outcome == DeploymentOutcome.InProgress, cancellationToken);
        if (isQueued)
            deployment.Stack!.Status = StackStatus.QueuedForDeploying;
    }

    private static Task<Deployment> FindAsync(AppDb db, int deploymentId, CancellationToken cancellationToken) => db.Deployments
        .Include(row => row.Stack!).ThenInclude(stack => stack.Servers).FirstAsync(row => row.Id == deploymentId, cancellationToken);
}
