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
            Complete(request);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        if (context.Request is { } request)
        {
            if (string.IsNullOrEmpty(request.GrantType))
                request.GrantType = GrantTypes.AuthorizationCode;
            Complete(request);
        }
        return ValueTask.CompletedTask;
    }

    private static void Complete(OpenIddictRequest request)
    {
        if (string.IsNullOrEmpty(request.RedirectUri))
            request.RedirectUri = (string?)request["redirect_url"];
        // Unknown ones stay in, for OpenIddict to refuse.
        if (request.Scope is { } scope)
            request.Scope = string.Join(' ', Scopes.Split(scope).Distinct(StringComparer.Ordinal));
    }
}
