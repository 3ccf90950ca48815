using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Engine.Stacks;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;

namespace Slipway.Server.Servers;

/// <summary>Takes a server out of a stack. Nothing is done to the machine, so a server with data stays.</summary>
internal static class RemoveServer
{
    public static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Handle(
        string stackUid, string uid, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        return await db.WriteAsync(RemoveAsync, cancellationToken);

        async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> RemoveAsync(CancellationToken cancel)
        {
            var stacks = db.Stacks.VisibleTo(caller, AccessLevel.Admin).Where(stack => stack.Uid == stackUid);
            var server = await stacks.SelectMany(stack => stack.Servers).FirstOrDefaultAsync(server => server.Uid == uid, cancel);
            if (server is null)
                return ApiProblem.NotFound();
            if (server.Roles.Split(' ').FirstOrDefault(DatabaseKinds.Installable.Contains) is { } kind)
                return ApiProblem.Conflict($"{server.Name} holds the stack's {kind} data. Move that to another server first.");
            if (await stacks.AnyAsync(stack => stack.Actions.Any(action => action.FinishedAt == null), cancel))
                return ApiProblem.Conflict("The stack has unfinished actions. Wait for their end or cancel them.");
            db.Servers.Remove(server);
            return Api.Ok(new OkReply(true, $"{server.Name} is no longer part of the stack. The machine was left as it is."));
        }
    }
}
