using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Contracts.Servers;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Record = Slipway.Contracts.Servers.Server;

namespace Slipway.Server.Servers;

/// <summary>Takes a machine on again that was made anew: pins its present host key and forgets what was on it before.</summary>
internal static class RepinServer
{
    public static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Handle(
        string stackUid, string uid, ApiParameters parameters, Caller caller, AppDb db, EnrolServer enrolment, IOptions<PublicOptions> options,
        CancellationToken cancellationToken)
    {
        var request = parameters.Read<RepinHostKey>();
        var server = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).Where(stack => stack.Uid == stackUid).SelectMany(stack => stack.Servers)
            .Include(server => server.Stack).Include(server => server.Machine).FirstOrDefaultAsync(server => server.Uid == uid, cancellationToken);
        if (server is null)
            return ApiProblem.NotFound();
        var (stack, machine) = (server.Stack!, server.Machine!);
        // The key is the machine's, so it is changed for all stacks that share it.
        var mayAll = !await db.Servers.AnyAsync(
            other => other.MachineId == machine.Id && !db.Stacks.VisibleTo(caller, AccessLevel.Admin).Any(row => row.Id == other.StackId), cancellationToken);
        if (!mayAll)
            return ApiProblem.Forbidden("Another stack shares the machine, and you do not administer it. Ask somebody who does.");
        var enrolled = await enrolment.ReenrolAsync(machine, stack, request, cancellationToken);
        await db.WriteAsync(
            token =>
            {
                db.Audit.Note(stack, RecordedChange.Changed, "host_key", server.Name);
                return enrolment.StoreAgainAsync(machine.Id, enrolled, token);
            },
            cancellationToken);
        var record = await db.Servers.AsNoTracking().Include(row => row.Machine).FirstAsync(row => row.Id == server.Id, cancellationToken);
        return Api.Ok(ServerRecords.From(record, stack, options.Value.BaseDomain));
    }
}
