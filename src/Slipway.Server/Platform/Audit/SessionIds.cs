using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Slipway.Server.Platform.Audit;

/// <summary>Gives each sign-in in a browser a name, so that the audit trail can tell sessions apart.</summary>
internal static class SessionIds
{
    public const string Claim = "slipway_session";
    private const int Length = 12;

    public static void AddSessionIds(this IServiceCollection services)
    {
        services.PostConfigure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, options =>
        {
            var before = options.Events.OnSigningIn;
            options.Events.OnSigningIn = context =>
            {
                Name(context.Principal, context.HttpContext.User);
                return before(context);
            };
        });
        services.Configure<SecurityStampValidatorOptions>(options => options.OnRefreshingPrincipal = refresh =>
        {
            Name(refresh.NewPrincipal, refresh.CurrentPrincipal);
            return Task.CompletedTask;
        });
    }

    // A session that is renewed keeps its name.
    private static void Name(ClaimsPrincipal? principal, ClaimsPrincipal? before)
    {
        if (principal?.Identity is not ClaimsIdentity identity || identity.HasClaim(claim => claim.Type == Claim))
            return;
        var isSame = before?.FindFirstValue(ClaimTypes.NameIdentifier) == principal.FindFirstValue(ClaimTypes.NameIdentifier);
        var name = isSame ? before?.FindFirstValue(Claim) : null;
        identity.AddClaim(new(Claim, name ?? RandomNumberGenerator.GetHexString(Length, lowercase: true)));
    }
}
