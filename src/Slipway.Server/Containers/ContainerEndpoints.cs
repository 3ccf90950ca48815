using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Http;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Actions;
using Slipway.Server.Containers.Usage;
using Slipway.Server.Platform.Work;
using Slipway.Server.Services;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;
using Record = Slipway.Contracts.Containers.Container;

namespace Slipway.Server.Containers;

internal static class ContainerEndpoints
{
    public const string StopKind = "container_stop";
    public const string RestartKind = "container_restart";
    private const int ShortestUid = 12;

    public static void MapContainers(this IEndpointRouteBuilder api)
    {
        var containers = api.MapGroup("/stacks/{stackUid}/containers").WithTags("containers");
        containers.MapGet("/", List).WithSummary("Lists the containers of a stack");
        containers.MapGet("/{uid}", Get).WithSummary("Shows a container, with what Docker says of it")
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Shell);
        api.MapGet("/stacks/{stackUid}/container_usage", ListUsage).WithTags("containers").WithSummary("Lists what the containers of a stack use right now");
        containers.MapDelete("/{uid}", Stop).WithSummary("Stops a container").RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Control);
    }

    private static async Task<Results<Ok<ApiList<Record>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ContainerSights sights, CancellationToken cancellationToken)
    {
        var stacks = db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid);
        if (!await stacks.AnyAsync(cancellationToken))
            return ApiProblem.NotFound();
        var (server, service) = (parameters.Text("server_uid"), parameters.Text("service_name"));
        var rows = Of(db, stacks).Where(row => (server == null || row.Server!.Uid == server) && (service == null || row.ServiceName == service));
        var page = parameters.Page();
        var shown = await rows.OrderBy(row => row.Id).Skip(page.Skip).Take(page.Size).ToListAsync(cancellationToken);
        return Api.List([.. shown.Select(row => ContainerRecords.From(row, sights))], page, await rows.CountAsync(cancellationToken));
    }

    private static async Task<Results<Ok<ApiList<ContainerUsage>>, ApiProblem>> ListUsage(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ContainerUsages usages, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller).AsNoTracking().FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        var rows = await db.Containers.AsNoTracking().Include(row => row.Server!).ThenInclude(server => server.Machine)
            .Include(row => row.Server!).ThenInclude(server => server.Stack)
            .Where(row => row.Server!.StackId == stack.Id).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var (found, page) = (await usages.ReadAsync(stack.Id, rows, cancellationToken), parameters.Page());
        return Api.List([.. found.Skip(page.Skip).Take(page.Size)], page, found.Count);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, string uid, Caller caller, AppDb db, ContainerSights sights, IRemoteHosts hosts, EngineTimeouts timeouts, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Shell).AsNoTracking().FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null || await FindAsync(db, stack, uid, cancellationToken) is not { } row)
            return ApiProblem.NotFound();
        var machine = row.Server!.Machine!;
        var host = hosts.For(
            new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        return await ContainerRuntime.ReadAsync(host, row.Uid, timeouts, cancellationToken) is { } runtime
            ? Api.Ok(ContainerRecords.From(row, sights) with { Runtime = JsonSerializer.SerializeToElement(runtime) })
            : ApiProblem.NotFound("The container is not on its server any more. Deploy the stack, or scale the service, to have it again.");
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Stop(
        string stackUid, string uid, Caller caller, AppDb db, ServiceChanges changes, CancellationToken cancellationToken)
    {
        // In one transaction: a container that two clients remove at once is one less, not two.
        var (action, problem) = await db.WriteAsync(token => QueueStopAsync(stackUid, uid, caller, db, changes, token), cancellationToken);
        return action is null ? problem! : Api.Ok(await changes.StartAsync(action, cancellationToken));
    }

    private static async Task<(StackAction? Action, ApiProblem? Problem)> QueueStopAsync(
        string stackUid, string uid, Caller caller, AppDb db, ServiceChanges changes, CancellationToken cancellationToken)
    {
        var stack = await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller, AccessLevel.Control), stackUid, cancellationToken);
        if (stack is null)
            return (null, ApiProblem.NotFound());
        if (!stack.IsDocker)
            return (null, ApiProblem.BadRequest(ServiceChanges.NoDockerStack));
        if (await FindAsync(db, stack, uid, cancellationToken) is not { } row)
            return (null, ApiProblem.NotFound());
        if (await changes.UnfinishedAsync(stack, StopKind, row.Uid, cancellationToken) is { } same)
            return (same, null);
        var server = stack.Servers.First(server => server.Id == row.ServerId);
        server.SetCount(row.ServiceName, Math.Max(0, ServiceChanges.CountOf(stack, server, row.ServiceName) - 1));
        return (changes.AddFor(stack, StopKind, row.Uid, caller.Requester), null);
    }

    /// <summary>The container with this uid, or the only one whose uid begins like this.</summary>
    public static async Task<Container?> FindAsync(AppDb db, Stack stack, string uid, CancellationToken cancellationToken)
    {
        if (uid.Length < ShortestUid || !uid.All(char.IsAsciiHexDigitLower))
            return null;
        var found = await db.Containers.Include(row => row.Server!).ThenInclude(server => server.Machine)
            .Where(row => row.Server!.StackId == stack.Id && row.Uid.StartsWith(uid)).Take(2).ToListAsync(cancellationToken);
        return found is [var only] ? only : null;
    }

    private static IQueryable<Container> Of(AppDb db, IQueryable<Stack> stacks) =>
        db.Containers.AsNoTracking().Include(row => row.Server).Where(row => stacks.Any(stack => stack.Id == row.Server!.StackId));
}
