using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Contracts.Servers;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Servers.Server;

namespace Slipway.Server.Servers;

internal static class ServerEndpoints
{
    private const int DefaultPort = 22;

    public static void MapServers(this IEndpointRouteBuilder api)
    {
        var servers = api.MapGroup("/stacks/{stackUid}/servers").WithTags("servers");
        servers.MapGet("/", List).WithSummary("Lists the servers of a stack");
        servers.MapGet("/{uid}", Get).WithSummary("Shows a server").Takes("include_private_key", typeof(bool?), "1 to have the private key too; needs the scope admin and the level shell.");
        servers.MapPost("/", Add).WithSummary("Enrols a machine as a server of the stack").Takes<AddServer>().RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        servers.MapPut("/{uid}/host_key", RepinServer.Handle).WithSummary("Takes a machine on again that was made anew").Takes<RepinHostKey>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        servers.MapDelete("/{uid}", RemoveServer.Handle).WithSummary("Removes a server from its stack, and the stack from the server").Takes<Contracts.Stacks.Removal>()
            .RequireAuthorization(Scopes.Admin).RequireLevel(AccessLevel.Admin);
        api.MapGet("/host_key", GetHostKey).WithSummary("Reads the host key that a machine shows")
            .Takes("address", typeof(string), "IP address or host name.", required: true).Takes("port", typeof(int?), "Port of SSH, 22 by default.").RequireAuthorization(Scopes.Admin).WithTags("servers");
    }

    private static async Task<Results<Ok<ApiList<Record>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        if (!await db.Stacks.VisibleTo(caller).AnyAsync(stack => stack.Uid == stackUid, cancellationToken))
            return ApiProblem.NotFound();
        var domain = options.Value.BaseDomain;
        return await Api.ListAsync(
            Of(db, caller, stackUid).OrderBy(server => server.Id).Select(server => ServerRecords.From(server, server.Stack!, domain)),
            parameters.Page(),
            cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, string uid, ApiParameters parameters, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        var withKey = parameters.Switch("include_private_key", fallback: false);
        var server = await Of(db, caller, stackUid).FirstOrDefaultAsync(server => server.Uid == uid, cancellationToken);
        if (server is null)
            return ApiProblem.NotFound();
        var record = ServerRecords.From(server, server.Stack!, options.Value.BaseDomain);
        if (!withKey)
            return Api.Ok(record);
        if (!caller.Has(Scopes.Admin))
            return ApiProblem.Forbidden("A private key is given to tokens with the scope admin only.");
        if (!await db.Stacks.VisibleTo(caller, AccessLevel.Shell).AnyAsync(stack => stack.Uid == stackUid, cancellationToken))
            return ApiProblem.Forbidden("This needs the access level shell on the stack.");
        db.Audit.Note(server.Stack!, RecordedChange.Read, "private_key", server.Name);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(record with { SshPrivateKey = server.Stack!.SshPrivateKey.Reveal() });
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Add(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, EnrolServer enrolment, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        var request = parameters.Read<AddServer>();
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        var enrolled = await enrolment.EnrolAsync(request, stack, [], cancellationToken);
        var server = await db.WriteAsync(cancel => enrolment.StoreAsync(enrolled, stack, cancel), cancellationToken);
        return Api.Ok(ServerRecords.From(server, stack, options.Value.BaseDomain));
    }

    private static async Task<Results<Ok<ApiResponse<HostKey>>, ApiProblem>> GetHostKey(
        ApiParameters parameters, IRemoteHosts hosts, CancellationToken cancellationToken)
    {
        var port = (int)parameters.Whole("port", DefaultPort, 1, ushort.MaxValue);
        if (parameters.Text("address") is not { } address || !MachineAddress.IsHost(address))
            return ApiProblem.BadRequest("address must be an IP address or a host name.");
        return Api.Ok(new HostKey(address, port, await hosts.ReadHostKeyAsync(address, port, cancellationToken)));
    }

    private static IQueryable<Server> Of(AppDb db, Caller caller, string stackUid) => db.Servers.AsNoTracking()
        .Include(server => server.Machine).Include(server => server.Stack)
        .Where(server => db.Stacks.VisibleTo(caller).Any(stack => stack.Id == server.StackId && stack.Uid == stackUid));
}
