using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using ActionRecord = Slipway.Contracts.Actions.StackAction;

namespace Slipway.Server.Stacks;

/// <summary>Queues the removal of a stack from its servers and then altogether.</summary>
internal static class DeleteStack
{
    public const string Kind = "stack_delete";

    public static async Task<Results<Ok<ApiResponse<ActionRecord>>, ApiProblem>> Handle(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, ActionQueue queue, HttpResponse response, CancellationToken cancellationToken)
    {
        var removal = parameters.Read<Removal>();
        var stack = await db.Stacks.VisibleTo(caller, AccessLevel.Delete).FirstOrDefaultAsync(stack => stack.Uid == stackUid, cancellationToken);
        if (stack is null)
            return ApiProblem.NotFound();
        var action = queue.Add(stack, Kind, Kind, JsonSerializer.Serialize(removal), caller.Requester);
        await db.SaveChangesAsync(cancellationToken);
        // The log that says so too is gone with the stack.
        if (!removal.DeleteData)
            response.Headers["X-Cloud66-Warning"] =
                "The data of databases and uploaded files stay on the servers. To have them removed too, delete with delete_data=1.";
        return Api.Ok(await ActionRecords.StartAsync(queue, db, action, cancellationToken));
    }
}
