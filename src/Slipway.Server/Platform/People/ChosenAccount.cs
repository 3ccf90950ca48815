using System.Globalization;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Platform.People;

/// <summary>Which of several accounts a person works with in the dashboard: a cookie, since it is about this browser.</summary>
internal static class ChosenAccount
{
    private const string CookieName = "slipway_account";

    /// <summary>Programs name their account in X-Account; their cookies do not count.</summary>
    public static int? Of(HttpContext context)
    {
        if (context.Features.Get<InProcessCall>() is { } call)
            return call.AccountId;
        return context.Features.Get<TokenIdentity>() is null && context.Request.Cookies.TryGetValue(CookieName, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    public static void Remember(HttpContext context, int accountId, bool isHttps) => context.Response.Cookies.Append(
        CookieName,
        accountId.ToString(CultureInfo.InvariantCulture),
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = isHttps, MaxAge = TimeSpan.FromDays(365), IsEssential = true });
}
