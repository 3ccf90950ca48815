using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.ServerGroups.ServerGroup;

namespace Slipway.Server.ServerGroups;

internal static class ServerGroupEndpoints
{
    public static void MapServerGroups(this IEndpointRouteBuilder api)
    {
        var groups = api.MapGroup("/stacks/{stackUid}/server_groups").WithTags("server_groups");
        groups.MapGet("/", List).WithSummary("Lists the server groups of a stack");
        groups.MapGet("/{id:int}", Get).WithSummary("Shows a server group");
    }

    private static async Task<Results<Ok<ApiList<Record>>, ApiProblem>> List(
        string stackUid, ApiParameters parameters, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        if (!await db.Stacks.VisibleTo(caller).AnyAsync(stack => stack.Uid == stackUid, cancellationToken))
            return ApiProblem.NotFound();
        return await Api.ListAsync(Of(db, caller, stackUid).OrderBy(group => group.Id).Select(group => ToRecord(group)), parameters.Page(), cancellationToken);
    }

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        string stackUid, int id, Caller caller, AppDb db, CancellationToken cancellationToken)
    {
        var group = await Of(db, caller, stackUid).FirstOrDefaultAsync(group => group.Id == id, cancellationToken);
        return group is null ? ApiProblem.NotFound() : Api.Ok(ToRecord(group));
    }

    private static IQueryable<ServerGroup> Of(AppDb db, Caller caller, string stackUid) => db.ServerGroups.AsNoTracking()
        .Where(group => db.Stacks.VisibleTo(caller).Any(stack => stack.Id == group.StackId && stack.Uid == stackUid));

    private static Record ToRecord(ServerGroup group) => new(group.Id, group.Name, group.Type, group.CreatedAt, group.UpdatedAt);
}
