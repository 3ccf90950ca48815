using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Actions;

internal static class ActionEndpoints
{
    public const int MaxLines = 1000;

    public static void MapActions(this IEndpointRouteBuilder api)
    {
        var actions = api.MapGroup("/stacks/{stackUid}/actions").WithTags("actions");
        actions.MapGet("/", List).WithSummary("Lists the actions of a stack, newest first");
        actions.MapGet("/{id:int}", Get).WithSummary("Shows an action; it is over when finished_at is set");
        actions.MapPost("/", RunStackAction.Handle).WithSummary("Has something done with the stack: clear_caches, maintenance_mode or restart").Takes<RunAction>()
            .RequireAuthorization(Scopes.Redeploy).RequireLevel(AccessLevel.Deploy);
        actions.MapDelete("/{id:int}", CancelAction.Handle).WithSummary("Cancels an action").RequireAuthorization(Scopes.Redeploy).RequireLevel(AccessLevel.Deploy);
        actions.MapGet("/{id:int}/steps", ListSteps).WithSummary("Lists the steps of an action");
        actions.MapGet("/{id:int}/log", ListLog).WithSummary("Lists the lines that an action printed")
            .Takes("since", typeof(long?), "Only lines behind the one with this id.");
        actions.MapGet("/{id:int}/events", FollowAction.Handle).WithSummary("Follows an action as server-sent events until its end")
            .Takes("since", typeof(long?), "Only lines behind the one with this id.").DisableRequestTimeout();
    }

    /// <summary>An action of a stack that the caller may see.</summary>
    public static IQueryable<StackAction> VisibleTo(this IQueryable<StackAction> actions, AppDb db, Caller caller, string stackUid, int id) =>
        actions.Where(action => action.Id == id && db.Stacks.VisibleTo(caller).Any(stack => stack.Id == action.StackId && stack.Uid == stackUid));

    private static async Task<Results<Ok<ApiList<Record>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var stacks = db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid);
        if (!await stacks.AnyAsync(cancellationToken))
            return ApiProblem.NotFound();
        var actions = stacks.SelectMany(stack => stack.Actions).OrderByDescending(action => action.Id);
        return await Api.ListAsync(actions.Select(ActionRecords.ToRecord), parameters.Page(), cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, int id, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var action = await db.Actions.VisibleTo(db, caller, stackUid, id).Select(ActionRecords.ToRecord).FirstOrDefaultAsync(cancellationToken);
        return action is null ? ApiProblem.NotFound() : Api.Ok(action);
    }

    // Clients draw the steps as a whole, so that a page holds all of them.
    private static async Task<Results<Ok<ApiList<ActionStep>>, ApiProblem>> ListSteps(
        string stackUid, int id, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        if (!await db.Actions.VisibleTo(db, caller, stackUid, id).AnyAsync(cancellationToken))
            return ApiProblem.NotFound();
        var steps = db.JournalSteps.Where(step => step.ActionId == id).OrderBy(step => step.Number).Select(ActionRecords.ToStep);
        return await Api.ListAsync(steps, parameters.Page(MaxLines, MaxLines), cancellationToken);
    }

    private static async Task<Results<Ok<ApiList<ActionLogLine>>, ApiProblem>> ListLog(
        string stackUid, int id, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var since = parameters.Whole("since", 0, 0, long.MaxValue);
        if (!await db.Actions.VisibleTo(db, caller, stackUid, id).AnyAsync(cancellationToken))
            return ApiProblem.NotFound();
        var lines = db.LogLines.Where(line => line.ActionId == id && line.Id > since).OrderBy(line => line.Id).Select(ActionRecords.ToLine);
        return await Api.ListAsync(lines, parameters.Page(MaxLines, MaxLines), cancellationToken);
    }
}
