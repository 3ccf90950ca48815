using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Databases;
using Slipway.Contracts.Http;
using Slipway.Engine;
using Slipway.Engine.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Servers;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Databases;

/// <summary>The databases of a stack. External ones can be added, changed and removed; the action brings their variables to the processes.</summary>
internal static class DatabaseEndpoints
{
    public const string AddKind = "database_add";
    public const string ChangeKind = "database_change";
    public const string RemoveKind = "database_remove";
    private const int MaxText = 255;

    public static void MapDatabases(this IEndpointRouteBuilder api)
    {
        var databases = api.MapGroup("/stacks/{stackUid}/databases").WithTags("databases");
        databases.MapGet("/", List).WithSummary("Lists the databases of a stack");
        databases.MapPost("/", Add).WithSummary("Lets the stack use an external database").Takes<AddDatabase>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        databases.MapPut("/{id:int}", Change).WithSummary("Changes an external database").Takes<ChangeDatabase>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        databases.MapDelete("/{id:int}", Remove).WithSummary("Forgets an external database")
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
    }

    private static async Task<Results<Ok<ApiList<Database>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        if (!await db.Stacks.VisibleTo(caller).AnyAsync(stack => stack.Uid == stackUid, cancellationToken))
            return ApiProblem.NotFound();
        var rows = Of(db, caller, stackUid, AccessLevel.View).AsNoTracking().OrderBy(row => row.Id);
        return await Api.ListAsync(rows.Select(row => ToRecord(row, row.Server)), parameters.Page(), cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Add(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = parameters.Read<AddDatabase>();
        if (!DatabaseKinds.All.Contains(request.Kind))
            return ApiProblem.BadRequest($"kind must be one of {string.Join(", ", DatabaseKinds.All)}.");
        if (Refuse(request.Address, request.Port, request.Username, request.Password, request.DatabaseName) is { } problem)
            return ApiProblem.BadRequest(problem);
        if (await db.Stacks.VisibleTo(caller, AccessLevel.Admin).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        if (RefuseLoopback(stack, request.Address) is { } unreachable)
            return ApiProblem.BadRequest(unreachable);
        if (await IsTakenAsync(db, stack.Id, request.Kind, cancellationToken))
            return ApiProblem.Conflict($"The stack has a {request.Kind} database already. It can have one of each kind.");
        db.StackDatabases.Add(new()
        {
            StackId = stack.Id,
            Kind = request.Kind,
            Address = request.Address,
            Port = request.Port ?? DatabaseKinds.UsualPort(request.Kind),
            Username = request.Username ?? "",
            Password = new(request.Password ?? ""),
            Database = request.DatabaseName ?? "",
            CreatedAt = time.GetUtcNow(),
        });
        return await SaveAsync(db, queue, stack, AddKind, request.Kind, caller, cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Change(
        string stackUid, int id, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ChangeDatabase>();
        if (await Of(db, caller, stackUid, AccessLevel.Admin).Include(row => row.Stack).FirstOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } row)
            return ApiProblem.NotFound();
        if (row.ServerId is not null)
            return ApiProblem.Conflict($"The {row.Kind} database is on a server of the stack; Slipway manages its address and credentials.");
        if (Refuse(request.Address ?? row.Address!, request.Port, request.Username, request.Password, request.DatabaseName) is { } problem)
            return ApiProblem.BadRequest(problem);
        if (RefuseLoopback(row.Stack!, request.Address) is { } unreachable)
            return ApiProblem.BadRequest(unreachable);
        row.Address = request.Address ?? row.Address;
        row.Port = request.Port ?? row.Port;
        row.Username = request.Username ?? row.Username;
        row.Password = request.Password is null ? row.Password : new(request.Password);
        row.Database = request.DatabaseName ?? row.Database;
        return await SaveAsync(db, queue, row.Stack!, ChangeKind, row.Kind, caller, cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Remove(
        string stackUid, int id, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        if (await Of(db, caller, stackUid, AccessLevel.Admin).Include(row => row.Stack).FirstOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } row)
            return ApiProblem.NotFound();
        if (row.ServerId is not null)
            return ApiProblem.Conflict($"The {row.Kind} database is on a server of the stack and holds its data; it goes with the stack.");
        db.StackDatabases.Remove(row);
        return await SaveAsync(db, queue, row.Stack!, RemoveKind, row.Kind, caller, cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> SaveAsync(
        AppDb db, ActionQueue queue, Stack stack, string actionKind, string databaseKind, Caller caller, CancellationToken cancellationToken)
    {
        var action = queue.Add(stack, actionKind, $"{actionKind}: {databaseKind}", "{}", caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }

    // A role on a server means a database to come, though its row is made by the first deployment.
    private static async Task<bool> IsTakenAsync(AppDb db, int stackId, string kind, CancellationToken cancellationToken) =>
        await db.StackDatabases.AnyAsync(row => row.StackId == stackId && row.Kind == kind, cancellationToken)
        || await db.Servers.AnyAsync(server => server.StackId == stackId && (" " + server.Roles + " ").Contains(" " + kind + " "), cancellationToken);

    private static string? Refuse(string address, int? port, string? username, string? password, string? name)
    {
        if (!MachineAddress.IsHost(address))
            return "address must be an IP address or a host name.";
        if (port is < 1 or > ushort.MaxValue)
            return $"port must be a number from 1 to {ushort.MaxValue}.";
        (string Field, string? Text)[] texts = [("username", username), ("password", password), ("database_name", name)];
        return texts.Where(pair => pair.Text is { } text && (Encoding.UTF8.GetByteCount(text) > MaxText || text.Any(char.IsControl)
                || EnvironmentFile.FindProblem("X", new Secret(text)) is not null))
            .Select(pair => $"{pair.Field} must have at most {MaxText} bytes of printable text.").FirstOrDefault();
    }

    private static string? RefuseLoopback(Stack stack, string? address) =>
        stack.IsDocker && (address is "localhost" || (IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip)))
            ? $"address {address} leads a container to itself. Give the address by which containers reach the database, such as the private one of its machine."
            : null;

    private static IQueryable<StackDatabase> Of(AppDb db, Caller caller, string stackUid, AccessLevel level) => db.StackDatabases.Where(row =>
        db.Stacks.VisibleTo(caller, level).Any(stack => stack.Id == row.StackId && stack.Uid == stackUid));

    private static Database ToRecord(StackDatabase row, Servers.Server? server) => new()
    {
        Id = row.Id,
        Kind = row.Kind,
        External = row.ServerId is null,
        ServerUid = server?.Uid,
        Address = row.Address,
        Port = row.Port,
        Username = row.Username,
        DatabaseName = row.Database,
        CreatedAt = row.CreatedAt,
    };
}
