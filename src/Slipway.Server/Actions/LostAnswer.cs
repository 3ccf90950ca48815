using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Idempotency;
using Record = Slipway.Contracts.Actions;

namespace Slipway.Server.Actions;

/// <summary>What is said to the repetition of a request that was done, but whose answer was lost: with a node that was killed, or the database.</summary>
internal static class LostAnswer
{
    public static async Task<IResult> FindAsync(HttpContext context, AppDb db, IdempotentRequest request)
    {
        if (request.ActionId is not { } id)
            return ApiProblem.Conflict("The first request with this key is still at work, or its answer was lost. Look at what it was to change.");
        var cancellationToken = context.RequestAborted;
        var answers = context.GetEndpoint()?.Metadata.OfType<IProducesResponseTypeMetadata>().Select(metadata => metadata.Type).ToHashSet() ?? [];
        context.Response.Headers[IdempotencyMiddleware.ReplayedHeader] = "true";
        if (answers.Contains(typeof(ApiResponse<RedeployReply>)))
        {
            var deployment = await db.Deployments.Where(row => row.ActionId == id).Select(row => row.Id).FirstAsync(cancellationToken);
            return Api.Ok(new RedeployReply(true, "It was begun by the first request with this key", Queued: false, id, deployment));
        }
        if (answers.Contains(typeof(ApiResponse<Record.StackAction>)))
            return Api.Ok(await db.Actions.Where(row => row.Id == id).Select(ActionRecords.ToRecord).FirstAsync(cancellationToken));
        return ApiProblem.Conflict($"The first request with this key was done and began action {id}, but its answer was lost. Follow that action.");
    }
}
