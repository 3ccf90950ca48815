using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Actions;

/// <summary>
/// Cancels an action: what runs is ended where it runs, what waits is over at once. Only an analysis that waits ends when its turn comes, without having
/// begun: the stack's status depends on it.
/// </summary>
internal sealed class CancelAction(AppDb db, Caller caller, ActionQueue queue, RunningActions running, DeploymentEnd ending, TimeProvider time)
{
    public static Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Handle(
        string stackUid, int id, CancelAction cancel, CancellationToken cancellationToken) => cancel.RunAsync(
        stackUid, "action", stacks => stacks.SelectMany(stack => stack.Actions).Where(action => action.Id == id), cancellationToken);

    /// <param name="stackUid">The stack that it belongs to.</param>
    /// <param name="noun">What it is called in answers.</param>
    /// <param name="choose">Picks the action among those of the stack.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> RunAsync(
        string stackUid, string noun, Func<IQueryable<Stack>, IQueryable<StackAction>> choose, CancellationToken cancellationToken)
    {
        StackAction? cancelled = null;
        var answer = await db.WriteAsync(MarkAsync, cancellationToken);
        if (cancelled is not null)
        {
            await running.CancelAsync(cancelled.Id);
            queue.Wake(new Lane(cancelled.StackId, cancelled.IsBeside));
        }
        return answer;

        async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> MarkAsync(CancellationToken cancel)
        {
            cancelled = null;
            var visible = db.Stacks.VisibleTo(caller, AccessLevel.Deploy).Where(stack => stack.Uid == stackUid);
            if (await choose(visible).FirstOrDefaultAsync(cancel) is not { } action)
                return ApiProblem.NotFound();
            if (action.FinishedAt is not null)
                return ApiProblem.Conflict($"The {noun} is finished; there is nothing to cancel.");
            action.CancelledBy ??= caller.Email;
            cancelled = action;
            if (action.ClaimedAt is null && action.Kind is not (CreateStack.Kind or StackEndpoints.AnalyseKind))
                await EndWaitingAsync(action, cancel);
            return Api.Ok(new OkReply(true, $"Cancelling {noun}"));
        }
    }

    private async Task EndWaitingAsync(StackAction action, CancellationToken cancellationToken)
    {
        var end = new ActionEnd(IsSuccess: false, IsCancelled: true, $"Cancelled by {caller.Email} before it began");
        (action.FinishedAt, action.IsSuccess, action.Message) = (time.GetUtcNow(), false, end.Message);
        if (await db.Deployments.FirstOrDefaultAsync(row => row.ActionId == action.Id, cancellationToken) is { } deployment)
            await ending.EndQueuedAsync(db, deployment.Id, end, cancellationToken);
    }
}
