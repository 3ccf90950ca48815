using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.Users.User;

namespace Slipway.Server.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("/", List).WithSummary("Lists the users that the caller may administer, and oneself").RequireAuthorization(Scopes.Users);
        users.MapGet("/me", GetMe).WithSummary("Shows oneself");
        users.MapGet("/{id:int}", Get).WithSummary("Shows a user").RequireAuthorization(Scopes.Users);
    }

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken) => Api.ListAsync(
        db.Users.VisibleTo(caller).OrderBy(user => user.Id).Select(UserRecords.InAccount(caller.AccountId, time.GetUtcNow())).AsSplitQuery(),
        parameters.Page(),
        cancellationToken);

    private static Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> GetMe(
        Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken) => Get(caller.UserId, caller, db, time, cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        int id, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = await db.Users.VisibleTo(caller).Where(user => user.Id == id)
            .Select(UserRecords.InAccount(caller.AccountId, time.GetUtcNow()))
            .AsSplitQuery()
            .OrderBy(record => record.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return user is null ? ApiProblem.NotFound() : Api.Ok(user);
    }

    /// <summary>Oneself, and the members of the account when one may manage them.</summary>
    private static IQueryable<User> VisibleTo(this IQueryable<User> users, Caller caller)
    {
        var (userId, accountId) = (caller.UserId, caller.AccountId);
        return users.Where(user => user.Id == userId
            || user.Memberships.Any(membership => membership.AccountId == accountId
                && membership.Account!.Memberships.Any(own => own.UserId == userId && own.CanAdminUsers)));
    }
}
