using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Servers;

/// <summary>Takes a server out of a stack, and the stack off it. A server that holds data of the stack's databases stays.</summary>
internal static class RemoveServer
{
    public const string Kind = "server_remove";

    /// <summary>What the handler of the action is told.</summary>
    internal sealed record Payload(int ServerId, Removal Removal);

    public static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Handle(
        string stackUid, string uid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, CancellationToken cancellationToken)
    {
        var removal = parameters.Read<Removal>();
        var server = await db.Stacks.VisibleTo(caller, AccessLevel.Admin).Where(stack => stack.Uid == stackUid).SelectMany(stack => stack.Servers)
            .Include(server => server.Stack).FirstOrDefaultAsync(server => server.Uid == uid, cancellationToken);
        if (server is null)
            return ApiProblem.NotFound();
        if (server.Roles.Split(' ').FirstOrDefault(DatabaseKinds.Installable.Contains) is { } kind)
            return ApiProblem.Conflict($"{server.Name} holds the stack's {kind} data. Move that to another server first.");
        var payload = JsonSerializer.Serialize(new Payload(server.Id, removal));
        var action = queue.Add(server.Stack!, Kind, Kind, payload, caller.Requester, StackAction.OnServer, server.Id);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }
}
