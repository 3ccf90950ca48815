using System.Collections.Frozen;

namespace Slipway.Server.Platform.Auth;

/// <summary>What a token may be used for. None contains another; reading needs any valid token.</summary>
internal static class Scopes
{
    public const string Public = "public";
    public const string Redeploy = "redeploy";
    public const string Jobs = "jobs";
    public const string Users = "users";
    public const string Admin = "admin";

    /// <summary>In the order in which they are shown and stored.</summary>
    public static readonly IReadOnlyList<string> All = [Public, Redeploy, Jobs, Users, Admin];

    /// <summary>Reads a list as clients write it: separated by spaces, + or commas. Null when one is unknown.</summary>
    public static FrozenSet<string>? Parse(string text)
    {
        var scopes = Split(text).ToFrozenSet();
        return scopes.All(All.Contains) ? scopes : null;
    }

    public static string[] Split(string text) =>
        text.Split([' ', '+', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IEnumerable<string> Ordered(IEnumerable<string> scopes) => All.Where(scopes.Contains);

    public static string Join(IEnumerable<string> scopes) => string.Join(' ', Ordered(scopes));
}
