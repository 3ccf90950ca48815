using System.Text.RegularExpressions;

namespace Slipway.Server.Servers;

/// <summary>What a server may be called. It becomes a host name, so its letters are few.</summary>
internal static partial class ServerNames
{
    public const string Rule = "a server's name must have 1 to 30 letters, digits and hyphens, begin with a letter and end with a letter or digit.";

    public static bool IsValid(string name) => Pattern.IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z]([A-Za-z0-9-]{0,28}[A-Za-z0-9])?\z")]
    private static partial Regex Pattern { get; }
}
