using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Slipway.Server.OAuth;

/// <summary>Puts a token of ours where OpenIddict would make one of its own.</summary>
internal sealed class GiveAccessToken(CodeExchange exchange) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType != TokenTypeIdentifiers.AccessToken)
            return;
        context.CreateTokenEntry = false;
        var request = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!);
        var codeId = int.Parse(request!.AuthorizationCodePrincipal!.GetTokenId()!, CultureInfo.InvariantCulture);
        context.Token = await exchange.RedeemAsync(codeId, context.Principal.GetExpirationDate(), context.CancellationToken);
        if (context.Token is null)
            context.Reject(Errors.InvalidGrant, "The code was used before, or its owner is locked.");
    }
}

/// <summary>Takes back what a code gave that comes a second time. OpenIddict refuses the request itself.</summary>
internal sealed class NoticeReusedCode(CodeExchange exchange) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // Of the application alone that it was meant for: others must not be able to end its access.
        if (context.Principal?.HasTokenType(TokenTypeIdentifiers.Private.AuthorizationCode) == true
            && context.Request?.ClientId is { } clientId && context.Principal.HasPresenter(clientId)
            && int.TryParse(context.TokenId, CultureInfo.InvariantCulture, out var codeId))
            await exchange.RevokeIfSpentAsync(codeId, context.CancellationToken);
    }
}

/// <summary>Knows the tokens of the application that asks, so that it can give them back.</summary>
internal sealed class RecogniseAccessToken(AppDb db) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Token.Length != OpaqueToken.Length || !context.ValidTokenTypes.Contains(TokenTypeIdentifiers.AccessToken))
            return;
        var (hash, clientId) = (OpaqueToken.Hash(context.Token), context.Request?.ClientId);
        if (await db.AccessTokens.AnyAsync(token => token.Hash == hash && token.Application!.ClientId == clientId, context.CancellationToken))
            context.Principal = new ClaimsPrincipal(new ClaimsIdentity("token")).SetTokenType(TokenTypeIdentifiers.AccessToken);
    }
}

/// <summary>Ends a token at its application's wish.</summary>
internal sealed class RevokeAccessToken(AppDb db, Identities identities, Origin origin) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var (hash, clientId) = (OpaqueToken.Hash(context.Request.Token ?? ""), context.Request.ClientId);
        await db.WriteAsync(
            async cancel =>
            {
                var found = await db.AccessTokens.FirstOrDefaultAsync(token => token.Hash == hash && token.Application!.ClientId == clientId, cancel);
                if (found is null)
                    return;
                origin.Become(found.Name, Caller.ViaApi, "POST " + OAuthPaths.Revoke);
                db.AccessTokens.Remove(found);
            },
            context.CancellationToken);
        identities.ForgetToken(hash);
    }
}
