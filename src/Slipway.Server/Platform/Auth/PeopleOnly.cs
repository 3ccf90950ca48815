using Slipway.Server.Platform.Http;

namespace Slipway.Server.Platform.Auth;

/// <summary>
/// Keeps applications away from tokens, consents and memberships: one that could make a token or let somebody in would have access still after
/// it was taken from it.
/// </summary>
internal static class PeopleOnly
{
    public static TBuilder ForPeopleOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(async (context, next) =>
        context.HttpContext.Features.Get<TokenIdentity>() is { ApplicationId: not null }
            ? ApiProblem.Forbidden("The token was given to an application. This needs a person's own token or the dashboard.")
            : await next(context));
}
