using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Environments;
using Slipway.Contracts.Http;
using Slipway.Engine.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;
using Record = Slipway.Contracts.Environments.EnvironmentVariable;

namespace Slipway.Server.Environments;

/// <summary>Rows change at once; the action brings them to the servers and processes.</summary>
internal static partial class EnvironmentEndpoints
{
    public const string NewKind = "env-var-new";
    public const string UpdateKind = "env-var-update";
    public const string DeleteKind = "env-var-delete";
    private const int MaxValueBytes = 64 * 1024;
    private const int MaxReferences = 20;

    public static void MapEnvironments(this IEndpointRouteBuilder api)
    {
        var variables = api.MapGroup("/stacks/{stackUid}/environments").WithTags("environments")
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        variables.MapGet("/", List).WithSummary("Lists the environment variables of a stack");
        variables.MapGet("/{idOrKey}", Get).WithSummary("Shows an environment variable");
        variables.MapPost("/", Add).WithSummary("Adds an environment variable").Takes<AddEnvironmentVariable>();
        variables.MapPut("/{idOrKey}", Change).WithSummary("Changes an environment variable").Takes<ChangeEnvironmentVariable>();
        variables.MapDelete("/{idOrKey}", Delete).WithSummary("Deletes an environment variable");
    }

    /// <summary>What the handlers of the actions are told. The value is not in it: it is read, sealed, from its row.</summary>
    internal sealed record Payload(string Key);

    private static Task<Ok<ApiList<Record>>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        Of(db, caller, stackUid).AsNoTracking().OrderBy(variable => variable.Id).Select(variable => ToRecord(variable)), parameters.Page(), cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, string idOrKey, Caller caller, AppDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, stackUid, idOrKey, cancellationToken) is { } variable ? Api.Ok(ToRecord(variable)) : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Add(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<AddEnvironmentVariable>();
        if (!KeyPattern.IsMatch(request.Key))
            return ApiProblem.BadRequest("key must have 1 to 255 letters, digits and underscores, and not begin with a digit.");
        if (RefuseValue(request.Key, request.Value) is { } problem)
            return problem;
        if (await RefuseReferencesAsync(db, caller, request.Value, cancellationToken) is { } refusal)
            return refusal;
        var action = await db.WriteAsync(StoreAsync, cancellationToken);
        return await AnswerAsync(db, queue, action, "Another environment variable with the same key exists. Use PUT to change it.", cancellationToken);

        async Task<StackAction?> StoreAsync(CancellationToken cancel)
        {
            if (await Of(db, caller, stackUid).AnyAsync(variable => variable.Key == request.Key, cancel))
                return null;
            var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).FirstAsync(stack => stack.Uid == stackUid, cancel);
            var now = time.GetUtcNow();
            db.EnvironmentVariables.Add(new() { StackId = stack.Id, Key = request.Key, Value = new(request.Value), CreatedAt = now, UpdatedAt = now });
            return queue.Add(stack, NewKind, NewKind, PayloadOf(request.Key), caller.Requester);
        }
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Change(
        string stackUid, string idOrKey, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ChangeEnvironmentVariable>();
        if (await FindAsync(db, caller, stackUid, idOrKey, cancellationToken) is not { } variable)
            return ApiProblem.NotFound();
        if (RefuseValue(variable.Key, request.Value) is { } problem)
            return problem;
        if (await RefuseReferencesAsync(db, caller, request.Value, cancellationToken) is { } refusal)
            return refusal;
        if (variable.IsReadonly)
            return ApiProblem.Conflict($"{variable.Key} is read-only: Slipway depends on it.");
        variable.Value = new(request.Value);
        // From now on it is the user's: Slipway no longer overwrites it, and deleting it brings the generated one back.
        variable.IsGenerated = false;
        variable.UpdatedAt = time.GetUtcNow();
        var action = queue.Add(variable.Stack!, UpdateKind, UpdateKind, PayloadOf(variable.Key), caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return await AnswerAsync(db, queue, action, "", cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Delete(
        string stackUid, string idOrKey, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, caller, stackUid, idOrKey, cancellationToken) is not { } variable)
            return ApiProblem.NotFound();
        if (variable.IsReadonly || variable.IsGenerated)
            return ApiProblem.Conflict($"{variable.Key} was made by Slipway and cannot be deleted.");
        db.EnvironmentVariables.Remove(variable);
        var action = queue.Add(variable.Stack!, DeleteKind, DeleteKind, PayloadOf(variable.Key), caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return await AnswerAsync(db, queue, action, "", cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> AnswerAsync(
        AppDb db, ActionQueue queue, StackAction? action, string conflict, CancellationToken cancellationToken)
    {
        if (action is null)
            return ApiProblem.Conflict(conflict);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    // What no process can be given is refused here, not half-way through a deployment.
    private static ApiProblem? RefuseValue(string key, string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            return ApiProblem.BadRequest("value must not contain NUL and have at most 64 KiB.");
        return EnvironmentFile.FindProblem(key, new(value)) is { } problem ? ApiProblem.BadRequest(problem) : null;
    }

    // Who may not administer another stack may not read it through one that is theirs either.
    private static async Task<ApiProblem?> RefuseReferencesAsync(AppDb db, Caller caller, string value, CancellationToken cancellationToken)
    {
        var references = VariableReferences.ToOtherStacks(value).ToHashSet();
        if (references.Count > MaxReferences)
            return ApiProblem.BadRequest($"value may name at most {MaxReferences} variables of other stacks.");
        foreach (var (uid, name) in references)
        {
            if (!await db.Stacks.VisibleTo(caller, AccessLevel.Admin).AnyAsync(stack => stack.Uid == uid, cancellationToken))
                return ApiProblem.Forbidden($"value reads the stack {uid}. You must administer that stack to do so.");
            var other = await Of(db, caller, uid).AsNoTracking().FirstOrDefaultAsync(row => row.Key == name, cancellationToken);
            if (other is not null && StackVariables.IsCredential(other))
                return ApiProblem.BadRequest($"value reads {name} of another stack, which is a credential and stays there.");
        }
        return null;
    }

    // Keys never consist of digits only, so the two cannot be confused.
    private static Task<EnvironmentVariable?> FindAsync(AppDb db, Caller caller, string stackUid, string idOrKey, CancellationToken cancellationToken)
    {
        var isId = int.TryParse(idOrKey, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        return Of(db, caller, stackUid).Include(variable => variable.Stack)
            .FirstOrDefaultAsync(variable => isId ? variable.Id == id : variable.Key == idOrKey, cancellationToken);
    }

    private static IQueryable<EnvironmentVariable> Of(AppDb db, Caller caller, string stackUid) => db.EnvironmentVariables.Where(variable =>
        db.Stacks.VisibleTo(caller, AccessLevel.Admin).Any(stack => stack.Id == variable.StackId && stack.Uid == stackUid));

    private static string PayloadOf(string key) => JsonSerializer.Serialize(new Payload(key));

    private static Record ToRecord(EnvironmentVariable variable) => new()
    {
        Id = variable.Id,
        Key = variable.Key,
        Value = variable.Value.Reveal(),
        Readonly = variable.IsReadonly,
        CreatedAt = variable.CreatedAt,
        UpdatedAt = variable.UpdatedAt,
        IsPassword = variable.IsPassword,
        IsGenerated = variable.IsGenerated,
    };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z")]
    private static partial Regex KeyPattern { get; }
}
