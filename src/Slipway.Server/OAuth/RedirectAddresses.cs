using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Slipway.Server.OAuth;

/// <summary>Notes that the redirect address was found among the registered ones: errors that are found later may be sent there.</summary>
internal sealed class NoteRedirectAddress : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public const string Property = "slipway:redirect";

    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        context.Transaction.Properties[Property] = context.RedirectUri;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tells the application that its request was refused, where OpenIddict would tell the person only.</summary>
internal sealed class ReturnErrorsToClient : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri) && context.Transaction.Properties.TryGetValue(NoteRedirectAddress.Property, out var address))
            context.RedirectUri = address as string;
        context.Response.ErrorUri = null;
        return ValueTask.CompletedTask;
    }
}

/// <summary>The v3 API lets a client leave the redirect address out when it redeems its code; one that is sent must be the right one.</summary>
internal sealed class CompareRedirectAddress : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var asked = context.AuthorizationCodePrincipal?.GetClaim(Claims.Private.RedirectUri);
        if (!string.IsNullOrEmpty(asked) && !string.IsNullOrEmpty(context.Request.RedirectUri)
            && !string.Equals(asked, context.Request.RedirectUri, StringComparison.Ordinal))
            context.Reject(Errors.InvalidGrant, "The redirect_uri is not the one that the code was asked with.");
        return ValueTask.CompletedTask;
    }
}
