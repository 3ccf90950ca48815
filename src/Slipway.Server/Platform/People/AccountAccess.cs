using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.People;

/// <summary>What people may do with the account that a route names.</summary>
internal static class AccountAccess
{
    public const string RouteValue = "accountId";

    /// <summary>Demands a place in the account: 404 for strangers, 403 for members whose place is too small.</summary>
    public static TBuilder RequirePlace<TBuilder>(this TBuilder builder, AccountPlace place)
        where TBuilder : IEndpointConventionBuilder => builder
        .WithMetadata(new RequiredPlace(place))
        .AddEndpointFilter(async (context, next) => await CheckAsync(context.HttpContext, place) ?? await next(context));

    /// <summary>The caller's own place in an account.</summary>
    public static Task<Membership?> FindPlaceAsync(this AppDb db, Caller caller, int accountId, CancellationToken cancellationToken) => db.Memberships
        .FirstOrDefaultAsync(membership => membership.AccountId == accountId && membership.UserId == caller.UserId, cancellationToken);

    private static async Task<ApiProblem?> CheckAsync(HttpContext http, AccountPlace place)
    {
        var services = http.RequestServices;
        var accountId = int.Parse((string)http.GetRouteValue(RouteValue)!, CultureInfo.InvariantCulture);
        var membership = await services.GetRequiredService<AppDb>().Memberships.AsNoTracking()
            .Where(row => row.AccountId == accountId && row.UserId == services.GetRequiredService<Caller>().UserId)
            .FirstOrDefaultAsync(http.RequestAborted);
        return (membership, place) switch
        {
            (null, _) => ApiProblem.NotFound(),
            ({ Role: Membership.Owner }, _) or (_, AccountPlace.Member) or ({ CanAdminUsers: true }, AccountPlace.ManagesPeople) => null,
            (_, AccountPlace.Owner) => ApiProblem.Forbidden("Only an owner of the account may do this."),
            _ => ApiProblem.Forbidden("You may not manage the people of this account. Ask its owner for that right."),
        };
    }
}

/// <summary>Each includes the ones before.</summary>
internal enum AccountPlace
{
    Member,
    ManagesPeople,
    Owner,
}

/// <summary>The place that a route demands, for those who walk the routes.</summary>
internal sealed record RequiredPlace(AccountPlace Place);
