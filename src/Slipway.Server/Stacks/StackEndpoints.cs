using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;
using Record = Slipway.Contracts.Stacks.Stack;

namespace Slipway.Server.Stacks;

internal static class StackEndpoints
{
    public const string AnalyseKind = "stack_analyse";

    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        var stacks = api.MapGroup("/stacks").WithTags("stacks");
        stacks.MapGet("/", List).WithSummary("Lists the stacks that the caller may see");
        stacks.MapPost("/", CreateStack.Handle).WithSummary("Makes a stack and starts its analysis").Takes<Contracts.Stacks.CreateStack>()
            .RequireAuthorization(Scopes.Admin);
        stacks.MapGet("/{stackUid}", Get).WithSummary("Shows a stack");
        stacks.MapPut("/{stackUid}", ChangeStack.Handle).WithSummary("Renames a stack").Takes<Contracts.Stacks.ChangeStack>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        stacks.MapDelete("/{stackUid}", DeleteStack.Handle).WithSummary("Removes a stack from its servers, and then altogether").Takes<Removal>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Delete);
        stacks.MapGet("/{stackUid}/keys", GetKeys).WithSummary("Shows the public keys of a stack");
        stacks.MapGet("/{stackUid}/analysis", GetAnalysis).WithSummary("Shows what was found in the repository");
        stacks.MapPost("/{stackUid}/analysis", Analyse).WithSummary("Analyses the repository anew")
            .RequireAuthorization(Scopes.Redeploy).RequireLevel(AccessLevel.Deploy);
        api.MapStackDefinition();
    }

    private static async Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, StackQueries queries, CancellationToken cancellationToken)
    {
        var page = parameters.Page();
        var stacks = await queries.PageAsync(db, caller, page, cancellationToken);
        var total = page.IsWhole(stacks.Count) ? stacks.Count : await queries.CountAsync(db, caller);
        return Api.List(stacks, page, total);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(string stackUid, Caller caller, AppDb db, StackQueries queries) =>
        await queries.FindAsync(db, caller, stackUid) is { } stack ? Api.Ok(stack) : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<StackKeys>>, ApiProblem>> GetKeys(
        string stackUid, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var keys = await db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid)
            .Select(stack => new StackKeys(stack.SshPublicKey, stack.GitPublicKey))
            .FirstOrDefaultAsync(cancellationToken);
        return keys is null ? ApiProblem.NotFound() : Api.Ok(keys);
    }

    private static async Task<Results<Ok<ApiResponse<StackAnalysis>>, ApiProblem>> GetAnalysis(
        string stackUid, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid)
            .Select(stack => new { stack.Analysis, stack.Message })
            .FirstOrDefaultAsync(cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        return StoredAnalysis.Of(stack.Analysis) is { } analysis
            ? Api.Ok(analysis.ToRecord())
            : ApiProblem.NotFound(stack.Message ?? "The stack's repository is not analysed yet. Follow the stack's actions.");
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Analyse(
        string stackUid, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Deploy).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        var action = queue.Add(stack, AnalyseKind, AnalyseKind, "{}", caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }
}
