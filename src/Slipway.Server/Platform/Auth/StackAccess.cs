using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Http;
using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Platform.Auth;

/// <summary>What people may see and do, inside the queries: a stranger's stack is not there at all.</summary>
internal static class StackAccess
{
    public const string RouteValue = "stackUid";

    /// <summary>Whether the person has at least this level on the stack, which must be of this account. The one place that knows.</summary>
    public static readonly Expression<Func<Stack, int, int, AccessLevel, bool>> IsAllowed = (stack, userId, accountId, level) =>
        stack.AccountId == accountId && stack.Account!.Memberships.Any(membership =>
            membership.UserId == userId
            && (stack.AccessRights.Where(right => right.UserId == userId).Select(right => (AccessLevel?)right.Level).FirstOrDefault()
                ?? membership.DefaultLevel) >= level);

    /// <summary>The stacks of the caller's account on which the caller has at least this level.</summary>
    public static IQueryable<Stack> VisibleTo(this IQueryable<Stack> stacks, Caller caller, AccessLevel level = AccessLevel.View)
    {
        var (userId, accountId) = (caller.UserId, caller.AccountId);
        return stacks.Where(Inlining.Inline<Func<Stack, bool>>(stack => IsAllowed.Call(stack, userId, accountId, level)));
    }

    /// <summary>Demands a level above that of a viewer: 404 for those who may not even see the stack, 403 for the others.</summary>
    public static TBuilder RequireLevel<TBuilder>(this TBuilder builder, AccessLevel level)
        where TBuilder : IEndpointConventionBuilder => builder
        .WithMetadata(new RequiredLevel(level))
        .AddEndpointFilter(async (context, next) => await CheckAsync(context.HttpContext, level) ?? await next(context));

    private static async Task<ApiProblem?> CheckAsync(HttpContext http, AccessLevel level)
    {
        var db = http.RequestServices.GetRequiredService<AppDb>();
        var caller = http.RequestServices.GetRequiredService<Caller>();
        var uid = http.GetRouteValue(RouteValue) as string;
        var stacks = db.Stacks.Where(stack => stack.Uid == uid);
        if (await stacks.VisibleTo(caller, level).AnyAsync(http.RequestAborted))
            return null;
        return await stacks.VisibleTo(caller).AnyAsync(http.RequestAborted)
            ? ApiProblem.Forbidden($"This needs the access level {level.ToString().ToLowerInvariant()} on the stack.")
            : ApiProblem.NotFound();
    }
}

/// <summary>The level that a route demands, for those who walk the routes.</summary>
internal sealed record RequiredLevel(AccessLevel Level);
