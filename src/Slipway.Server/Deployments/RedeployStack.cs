using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Git;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using Stack = Slipway.Server.Stacks.Stack;

namespace Slipway.Server.Deployments;

/// <summary>Queues a deployment of the stack's branch, or of any branch, tag or hash.</summary>
internal static class RedeployStack
{
    public static async Task<Results<Ok<ApiResponse<RedeployReply>>, ApiProblem>> Handle(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var gitRef = parameters.Read<Redeploy>().GitRef ?? "";
        if (gitRef.Length > 0 && !GitRef.TryParse(gitRef, out _, out var error))
            return ApiProblem.BadRequest($"git_ref: {error}");
        int? stackId = null;
        var answer = await db.WriteAsync(StoreAsync, cancellationToken);
        if (stackId is { } woken)
            queue.Wake(woken);
        return answer;

        async Task<Results<Ok<ApiResponse<RedeployReply>>, ApiProblem>> StoreAsync(CancellationToken cancel)
        {
            var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Deploy).Include(stack => stack.Servers)
                .FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancel);
            if (stack is null)
                return ApiProblem.NotFound();
            if (gitRef.Length > 0 && !stack.HasRepository)
                return ApiProblem.BadRequest("git_ref: the stack has no repository. Leave it out to deploy the stack's definition as it is now.");
            if (Refuse(stack) is { } problem)
                return problem;
            stackId = stack.Id;
            return Api.Ok(await AddAsync(db, queue, stack, gitRef, caller.Requester, time.GetUtcNow(), cancel));
        }
    }

    /// <summary>Adds a deployment of the stack as it stands. Call it inside of a write, after <see cref="Refuse"/>.</summary>
    public static async Task<RedeployReply> AddAsync(
        AppDb db, ActionQueue queue, Stack stack, string gitRef, Requester requester, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await FindWaitingAsync(db, stack, gitRef, cancellationToken) is { } waiting)
            return new(true, "Stack already queued for redeployment; this joins it", Queued: true, waiting.ActionId, waiting.Id);
        var isQueued = await db.Actions.AnyAsync(action => action.StackId == stack.Id && action.FinishedAt == null && !action.IsBeside, cancellationToken);
        var wasBuilt = await db.Deployments.AnyAsync(
            deployment => deployment.StackId == stack.Id && deployment.Outcome == DeploymentOutcome.Success, cancellationToken);
        var deployment = NewDeployment.For(stack, gitRef, wasBuilt ? DeploymentType.Deploy : DeploymentType.Build, requester, now);
        return await NewDeployment.AddAsync(db, queue, stack, deployment, requester, isQueued, cancellationToken);
    }

    // What waits will fetch the code when its turn comes. One that is not the last in the queue may be followed by a change that this request counts on.
    private static async Task<Deployment?> FindWaitingAsync(AppDb db, Stack stack, string gitRef, CancellationToken cancellationToken)
    {
        var last = await db.Actions.Where(action => action.StackId == stack.Id && action.FinishedAt == null && !action.IsBeside).OrderByDescending(action => action.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return last is { Kind: NewDeployment.DeployKind, ClaimedAt: null, CancelledBy: null }
            ? await db.Deployments.FirstOrDefaultAsync(deployment => deployment.ActionId == last.Id && deployment.GitRef == gitRef, cancellationToken)
            : null;
    }

    /// <summary>Why the stack cannot be deployed now; needs its servers. Null when it can.</summary>
    public static ApiProblem? Refuse(Stack stack)
    {
        if (stack.Status == StackStatus.TerminalFailure)
            return ApiProblem.BadRequest($"The stack's repository cannot be deployed: {stack.Message} Put that right and have it analysed again.");
        if (StoredAnalysis.Of(stack.Analysis) is not { } analysis)
            return ApiProblem.BadRequest("The stack's repository is not analysed yet. Follow the stack's actions and try again when they have ended.");
        if (analysis.Result.Problems is [var first, ..])
            return ApiProblem.BadRequest($"The analysis found what stops a deployment: {first} Put it right and have the repository analysed again.");
        return stack.Servers.Any(server => server.HasRole(stack.CodeRole))
            ? null
            : ApiProblem.BadRequest($"The stack has no {stack.CodeRole} server. Add a server with the role {stack.CodeRole} first.");
    }
}
