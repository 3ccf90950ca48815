using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;

namespace Slipway.Server.Deployments;

/// <summary>Queues the return to an earlier deployment's release, which is still on the servers.</summary>
internal static class RollBackStack
{
    public static async Task<Results<Ok<ApiResponse<RedeployReply>>, ApiProblem>> Handle(
        string stackUid, int id, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        int? stackId = null;
        var answer = await db.WriteAsync(StoreAsync, cancellationToken);
        if (stackId is { } woken)
            queue.Wake(woken);
        return answer;

        async Task<Results<Ok<ApiResponse<RedeployReply>>, ApiProblem>> StoreAsync(CancellationToken cancel)
        {
            var target = await db.Stacks.VisibleTo(caller, AccessLevel.Deploy).Where(stack => stack.Uid == stackUid)
                .SelectMany(stack => stack.Deployments).Include(deployment => deployment.Stack)
                .FirstOrDefaultAsync(deployment => deployment.Id == id, cancel);
            if (target is null)
                return ApiProblem.NotFound();
            if (!DeploymentRecords.CanRollBackTo(target))
                return ApiProblem.Conflict(Why(target));
            var stack = target.Stack!;
            stackId = stack.Id;
            var isQueued = await db.Actions.AnyAsync(action => action.StackId == stack.Id && action.FinishedAt == null, cancel);
            var deployment = NewDeployment.For(stack, target.GitRef, DeploymentType.Rollback, caller.Requester, time.GetUtcNow());
            deployment.GitHash = target.GitHash;
            deployment.Release = target.Release;
            return Api.Ok(await NewDeployment.AddAsync(db, queue, stack, deployment, caller.Requester, isQueued, cancel));
        }
    }

    private static string Why(Deployment target) => target switch
    {
        { Outcome: not DeploymentOutcome.Success } => "Only a successful deployment can be gone back to.",
        { IsLive: true } => "This deployment's release serves already.",
        _ => "This deployment's release is no longer on the servers. Deploy its commit instead.",
    };
}
