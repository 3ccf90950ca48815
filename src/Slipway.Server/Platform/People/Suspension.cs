using System.Globalization;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.People;

/// <summary>Refuses requests about suspended accounts, except on routes that are marked as open.</summary>
internal static class Suspension
{
    public static TBuilder OpenWhenSuspended<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenToSuspended());

    public static void UseSuspension(this WebApplication app) => app.Use((context, next) =>
    {
        var caller = context.RequestServices.GetRequiredService<Caller>();
        if (!caller.IsKnown || context.GetEndpoint() is not { } endpoint || !context.Request.Path.StartsWithSegments("/api"))
            return next(context);
        return caller.FindSuspension(AccountOf(context, caller)) is { } reason && endpoint.Metadata.GetMetadata<OpenToSuspended>() is null
            ? ApiProblem.Suspended(reason).ExecuteAsync(context)
            : next(context);
    });

    private static int AccountOf(HttpContext context, Caller caller) =>
        context.GetRouteValue(AccountAccess.RouteValue) is string text && int.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : caller.AccountId;

    private sealed record OpenToSuspended;
}
