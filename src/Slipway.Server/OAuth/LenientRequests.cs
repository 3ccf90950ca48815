using OpenIddict.Abstractions;
using OpenIddict.Server;
using Slipway.Server.Platform.Auth;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using Scopes = Slipway.Server.Platform.Auth.Scopes;

namespace Slipway.Server.OAuth;

/// <summary>What clients of the v3 API leave out or write in their own way.</summary>
internal sealed class LenientRequests : IOpenIddictServerHandler<ExtractAuthorizationRequestContext>, IOpenIddictServerHandler<ExtractTokenRequestContext>
{
    public ValueTask HandleAsync(ExtractAuthorizationRequestContext context)
    {
        if (context.Request is { } request)
        {
            if (string.IsNullOrEmpty(request.ResponseType))
                request.ResponseType = ResponseTypes.Code;
            UseEitherName(request);
            // Unknown ones stay in, for OpenIddict to refuse.
            if (request.Scope is { } scope)
                request.Scope = string.Join(' ', Scopes.Split(scope).Distinct(StringComparer.Ordinal));
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        if (context.Request is { } request)
        {
            if (string.IsNullOrEmpty(request.GrantType))
                request.GrantType = GrantTypes.AuthorizationCode;
            UseEitherName(request);
            // Old clients repeat it, but the code knows what was granted.
            request.Scope = null;
        }
        return ValueTask.CompletedTask;
    }

    private static void UseEitherName(OpenIddictRequest request)
    {
        if (string.IsNullOrEmpty(request.RedirectUri))
            request.RedirectUri = (string?)request["redirect_url"];
    }
}
