using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Services;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments.Docker.Host;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Services;

internal static class ServiceEndpoints
{
    public const string ScaleKind = "service_scale";
    public const string StopKind = "service_stop";
    public const string RestartKind = "service_restart";
    public const string RunKind = "service_command";
    private const int Most = 100;
    private const int LongestCommand = 10_000;

    public static void MapServices(this IEndpointRouteBuilder api)
    {
        var services = api.MapGroup("/stacks/{stackUid}/services").WithTags("services");
        services.MapGet("/", List).WithSummary("Lists the services of a stack with their containers");
        services.MapGet("/{name}", Get).WithSummary("Shows a service");

        var changes = api.MapGroup("/stacks/{stackUid}/services").WithTags("services").RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Control);
        changes.MapPost("/", Scale).WithSummary("Scales a service, server by server").Takes<ScaleService>();
        changes.MapPost("/{name}/commands", Run).WithSummary("Runs a command once, in a new container of a service").Takes<RunCommand>()
            .RequireLevel(AccessLevel.Shell);
        changes.MapDelete("/{name}", Stop).WithSummary("Stops all containers of a service, or those on a server");
    }

    private static async Task<Results<Ok<ApiList<Service>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ServiceChanges changes, ContainerSights sights, CancellationToken cancellationToken)
    {
        if (await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller), stackUid, cancellationToken) is not { } stack)
            return ApiProblem.NotFound();
        var (all, page) = (await ReadAsync(db, changes, sights, stack, parameters, cancellationToken), parameters.Page());
        return Api.List([.. all.Skip(page.Skip).Take(page.Size)], page, all.Count);
    }

    private static async Task<Results<Ok<ApiResponse<Service>>, ApiProblem>> Get(
        string stackUid, string name, ApiParameters parameters, Caller caller, AppDb db, ServiceChanges changes, ContainerSights sights, CancellationToken cancellationToken) =>
        await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller), stackUid, cancellationToken) is { } stack
            && (await ReadAsync(db, changes, sights, stack, parameters, cancellationToken)).FirstOrDefault(service => service.Name == name) is { } service
            ? Api.Ok(service)
            : ApiProblem.NotFound();

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Scale(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ServiceChanges changes, CancellationToken cancellationToken)
    {
        var request = parameters.Read<ScaleService>();
        var stack = await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller, AccessLevel.Control), stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        if (await RefuseAsync(changes, stack, request, cancellationToken) is { } problem)
            return ApiProblem.BadRequest(problem);
        // Old clients name every server of the stack, so those without Docker are passed over.
        foreach (var server in ServiceChanges.DockerServers(stack))
        {
            var group = server.ServerGroupId.ToString(CultureInfo.InvariantCulture);
            if ((request.ServerCount?.TryGetValue(server.Uid, out var count) ?? false) || (request.ServerGroupCount?.TryGetValue(group, out count) ?? false))
                server.SetCount(request.ServiceName, Math.Max(0, count));
        }
        return Api.Ok(await changes.AddAsync(stack, ScaleKind, caller.Requester, cancellationToken));
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Stop(
        string stackUid, string name, ApiParameters parameters, Caller caller, AppDb db, ServiceChanges changes, CancellationToken cancellationToken)
    {
        var stack = await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller, AccessLevel.Control), stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        if (!stack.IsDocker)
            return ApiProblem.BadRequest(ServiceChanges.NoDockerStack);
        var servers = ServiceChanges.DockerServers(stack).Where(server => parameters.Text("server_uid") is not { } uid || server.Uid == uid).ToList();
        if (servers.Count == 0 || (await changes.ServicesAsync(stack, cancellationToken)).All(service => service.Name != name))
            return ApiProblem.NotFound();
        foreach (var server in servers)
            server.SetCount(name, 0);
        return Api.Ok(await changes.AddAsync(stack, StopKind, caller.Requester, cancellationToken));
    }

    private static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Run(
        string stackUid, string name, ApiParameters parameters, Caller caller, AppDb db, ServiceChanges changes, CancellationToken cancellationToken)
    {
        var request = parameters.Read<RunCommand>();
        var stack = await ServiceChanges.FindAsync(db.Stacks.VisibleTo(caller, AccessLevel.Shell), stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        if (!stack.IsDocker)
            return ApiProblem.BadRequest(ServiceChanges.NoDockerStack);
        var server = ServiceChanges.DockerServers(stack).FirstOrDefault(server => request.ServerUid is null || server.Uid == request.ServerUid);
        if (server is null || (await changes.ServicesAsync(stack, cancellationToken)).All(service => service.Name != name))
            return ApiProblem.NotFound();
        if (request.Command.Length > LongestCommand || CommandLine.Split(request.Command) is not { Count: > 0 } arguments)
            return ApiProblem.BadRequest($"command must be a command with its quotes closed, of at most {LongestCommand} characters.");
        if (!await db.Deployments.AnyAsync(row => row.StackId == stack.Id && row.IsLive, cancellationToken))
            return ApiProblem.BadRequest("No release serves. Deploy the stack first.");
        return Api.Ok(await changes.AddCommandAsync(stack, new(name, server.Uid, arguments), caller.Requester, cancellationToken));
    }

    private static async Task<string?> RefuseAsync(ServiceChanges changes, Stack stack, ScaleService request, CancellationToken cancellationToken)
    {
        if (!stack.IsDocker)
            return ServiceChanges.NoDockerStack;
        var services = await changes.ServicesAsync(stack, cancellationToken);
        if (services.All(service => service.Name != request.ServiceName))
            return $"service_name: the stack has no service '{request.ServiceName}'. It has: {string.Join(", ", services.Select(service => service.Name))}.";
        var counts = (request.ServerCount?.Values ?? []).Concat(request.ServerGroupCount?.Values ?? []).ToList();
        if (counts.Exists(count => count > 1) && services.Any(service => service.Name == request.ServiceName && HostLeave.HasPlaceForOne(service)))
            return $"server_count: {request.ServiceName} has network_mode: host and ports, so a server has place for one container of it.";
        return counts.Count == 0 || counts.Exists(count => count > Most)
            ? $"server_count must name servers by uid, each with a number of containers up to {Most}."
            : null;
    }

    private static async Task<IReadOnlyList<Service>> ReadAsync(
        AppDb db, ServiceChanges changes, ContainerSights sights, Stack stack, ApiParameters parameters, CancellationToken cancellationToken)
    {
        var server = parameters.Text("server_uid");
        var services = await changes.ServicesAsync(stack, cancellationToken);
        var rows = await db.Containers.AsNoTracking().Include(row => row.Server)
            .Where(row => row.Server!.StackId == stack.Id && (server == null || row.Server.Uid == server)).OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var (servers, paths) = (ServiceChanges.DockerServers(stack).Where(one => server == null || one.Uid == server).ToList(), new StackPaths(stack.Slug));
        return
        [
            .. services.Select(service => new Service
            {
                Name = service.Name,
                Containers = [.. rows.Where(row => row.ServiceName == service.Name).Select(row => ContainerRecords.From(row, sights))],
                ServerCount = servers.ToDictionary(one => one.Uid, one => ServiceChanges.CountOf(stack, one, service.Name)),
                OtherContainers = [.. servers.SelectMany(one => OthersOn(one, service.Name))],
            }),
        ];

        IEnumerable<OtherContainer> OthersOn(Servers.Server one, string service) => sights.StrangersOn(one.Id)
            .Where(stranger => stranger.Image.StartsWith(paths.Image(service, ""), StringComparison.Ordinal))
            .Select(stranger => new OtherContainer(stranger.Id, stranger.Name, stranger.Image, one.Uid, one.Name));
    }
}
