namespace Slipway.Server.OAuth;

internal static class OAuthPaths
{
    public const string Root = "/oauth";
    public const string Authorize = "/oauth/authorize";
    public const string Token = "/oauth/token";
    public const string Revoke = "/oauth/revoke";

    /// <summary>The redirect address of programs without one: the person carries the code to them.</summary>
    public const string OutOfBand = "urn:ietf:wg:oauth:2.0:oob";

    public static bool IsProtocol(HttpContext context) => context.Request.Path.StartsWithSegments(Root);

    /// <summary>Whether programs ask there, which want every answer as JSON.</summary>
    public static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Token) || context.Request.Path.StartsWithSegments(Revoke);
}
