using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Record = Slipway.Contracts.Users.User;

namespace Slipway.Server.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users").RequireAuthorization(Scopes.Users);
        users.MapGet("/", List).WithSummary("Lists the users that the caller may administer, and oneself")
            .Takes("account", typeof(int?), "Only the members of this account.").OpenWhenSuspended();
        users.MapGet("/{id:int}", Get).WithSummary("Shows a user").OpenWhenSuspended();
        users.MapPut("/{id:int}/lock", LockUser.Lock).WithSummary("Keeps a user from signing in and from using tokens").ForPeopleOnly();
        users.MapDelete("/{id:int}/lock", LockUser.Unlock).WithSummary("Lets a locked user in again").ForPeopleOnly();
        users.MapDevices();
        api.MapGet("/users/me", GetMe).WithTags("users").WithSummary("Shows oneself").OpenWhenSuspended();
    }

    /// <summary>Oneself, and the members of all accounts whose people the caller manages.</summary>
    public static IQueryable<User> VisibleTo(this IQueryable<User> users, Caller caller)
    {
        var userId = caller.UserId;
        return users.Where(user => user.Id == userId
            || user.Memberships.Any(place => place.Account!.Memberships.Any(own => own.UserId == userId && own.CanAdminUsers)));
    }

    public static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Get(
        int id, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = await db.Users.VisibleTo(caller).Where(user => user.Id == id)
            .Select(UserRecords.For(caller, time.GetUtcNow()))
            .AsSplitQuery()
            .OrderBy(record => record.Id)
            .FirstOrDefaultAsync(cancellationToken);
        return user is null ? ApiProblem.NotFound() : Api.Ok(user);
    }

    private static Task<Ok<ApiList<Record>>> List(
        ApiParameters parameters, Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var accountId = parameters.Whole("account", 0, 0, int.MaxValue);
        var users = db.Users.VisibleTo(caller);
        // Of other accounts the caller sees nobody but themselves, if they are in it.
        if (accountId > 0)
            users = users.Where(user => user.Memberships.Any(place => place.AccountId == accountId
                && (user.Id == caller.UserId || place.Account!.Memberships.Any(own => own.UserId == caller.UserId && own.CanAdminUsers))));
        return Api.ListAsync(
            users.OrderBy(user => user.Id).Select(UserRecords.For(caller, time.GetUtcNow())).AsSplitQuery(), parameters.Page(), cancellationToken);
    }

    private static Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> GetMe(
        Caller caller, AppDb db, TimeProvider time, CancellationToken cancellationToken) => Get(caller.UserId, caller, db, time, cancellationToken);
}
