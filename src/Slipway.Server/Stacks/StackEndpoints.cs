using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.Stacks.Stack;

namespace Slipway.Server.Stacks;

internal static class StackEndpoints
{
    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        var stacks = api.MapGroup("/stacks").WithTags("stacks");
        stacks.MapGet("/", List);
        stacks.MapGet("/{stackUid}", Get);
        stacks.MapGet("/{stackUid}/keys", GetKeys);
    }

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken) => Api.ListAsync(
        db.Stacks.VisibleTo(caller).OrderBy(stack => stack.Id).Select(StackRecords.From(options.Value)), parameters.Page(), cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, Caller caller, AppDb db, IOptions<PublicOptions> options, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid).Select(StackRecords.From(options.Value))
            .FirstOrDefaultAsync(cancellationToken);
        return stack is null ? ApiProblem.NotFound() : Api.Ok(stack);
    }

    private static async Task<Results<Ok<ApiResponse<StackKeys>>, ApiProblem>> GetKeys(
        string stackUid, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var keys = await db.Stacks.VisibleTo(caller).Where(stack => stack.Uid == stackUid)
            .Select(stack => new StackKeys(stack.SshPublicKey, stack.GitPublicKey))
            .FirstOrDefaultAsync(cancellationToken);
        return keys is null ? ApiProblem.NotFound() : Api.Ok(keys);
    }
}
