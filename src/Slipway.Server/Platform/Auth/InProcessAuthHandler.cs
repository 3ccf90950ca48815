using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Auth;

/// <summary>Takes over who is signed in to the dashboard.</summary>
internal sealed class InProcessAuthHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var principal = Context.Features.Get<InProcessCall>()?.Principal;
        var result = principal?.Identity?.IsAuthenticated == true
            ? AuthenticateResult.Success(new(principal, Scheme.Name))
            : AuthenticateResult.NoResult();
        return Task.FromResult(result);
    }
}
