using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Auth;

/// <summary>Signs in whoever shows a personal access token.</summary>
internal sealed class TokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Identities identities,
    TokenUses uses) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        var token = header[Prefix.Length..].Trim();
        if (token.Length != OpaqueToken.Length)
            return AuthenticateResult.Fail("The token has not the right length.");
        var hash = OpaqueToken.Hash(token);
        if (await identities.FindByTokenHashAsync(hash, Context.RequestAborted) is not { } found)
            return AuthenticateResult.Fail("The token is unknown or was revoked.");
        uses.Note(found.TokenId);
        Context.Features.Set(found);
        var claims = new ClaimsIdentity([new(ClaimTypes.NameIdentifier, $"{found.Owner.UserId}"), new(ClaimTypes.Name, found.Owner.Email)], Scheme.Name);
        return AuthenticateResult.Success(new(new(claims), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
