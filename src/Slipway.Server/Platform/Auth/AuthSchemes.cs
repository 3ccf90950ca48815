using Microsoft.AspNetCore.Identity;

namespace Slipway.Server.Platform.Auth;

/// <summary>The ways to say who one is, and which of them a request uses.</summary>
internal static class AuthSchemes
{
    public const string Choice = "Slipway";
    public const string Token = "Token";
    public const string InProcess = "InProcess";

    /// <summary>
    /// The API takes the cookie for reads only (live logs in the browser), and for terminals, which look where their page is from: a page elsewhere
    /// can never change anything with it.
    /// </summary>
    public static string Choose(HttpContext context)
    {
        if (context.Features.Get<InProcessCall>() is not null)
            return InProcess;
        if (!context.Request.Path.StartsWithSegments("/api"))
            return IdentityConstants.ApplicationScheme;
        var hasToken = context.Request.Headers.Authorization.Count > 0;
        return !hasToken && HttpMethods.IsGet(context.Request.Method) && HasCookie(context.Request)
            ? IdentityConstants.ApplicationScheme
            : Token;
    }

    private static bool HasCookie(HttpRequest request) => request.Cookies.ContainsKey(SignInSetup.CookieName);
}
