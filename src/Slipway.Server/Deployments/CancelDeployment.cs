using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Engine.Deployments;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;

namespace Slipway.Server.Deployments;

/// <summary>Cancels a deployment: what waits is over at once, what runs is ended where it runs.</summary>
internal static class CancelDeployment
{
    public static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Handle(
        string stackUid, int id, Caller caller, AppDb db, ActionQueue queue, RunningActions running, DeploymentEnd ending, TimeProvider time,
        CancellationToken cancellationToken)
    {
        (int StackId, int ActionId)? cancelled = null;
        var answer = await db.WriteAsync(MarkAsync, cancellationToken);
        if (cancelled is var (stackId, actionId))
        {
            await running.CancelAsync(actionId);
            queue.Wake(stackId);
        }
        return answer;

        async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> MarkAsync(CancellationToken cancel)
        {
            var deployment = await db.Stacks.VisibleTo(caller, AccessLevel.Deploy).Where(stack => stack.Uid == stackUid)
                .SelectMany(stack => stack.Deployments).Include(deployment => deployment.Action)
                .FirstOrDefaultAsync(deployment => deployment.Id == id, cancel);
            if (deployment is null)
                return ApiProblem.NotFound();
            if (deployment.Action is not { FinishedAt: null } action)
                return ApiProblem.Conflict("The deployment is finished; there is nothing to cancel.");
            action.CancelledBy ??= caller.Email;
            cancelled = (deployment.StackId, action.Id);
            if (action.ClaimedAt is null)
            {
                var end = new ActionEnd(IsSuccess: false, IsCancelled: true, $"Cancelled by {caller.Email} before it began");
                (action.FinishedAt, action.IsSuccess, action.Message) = (time.GetUtcNow(), false, end.Message);
                await ending.EndQueuedAsync(db, deployment.Id, end, cancel);
            }
            return Api.Ok(new OkReply(true, "Cancelling deployment"));
        }
    }
}
