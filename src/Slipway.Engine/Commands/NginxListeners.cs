using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Commands;

/// <summary>A port on which nginx listens by one of its files.</summary>
internal sealed record NginxListener(string File, int Port, bool IsHttps);

/// <summary>What nginx offers on a server, for whomever.</summary>
internal static partial class NginxListeners
{
    /// <summary>Lines "FILE:    listen PORT OPTIONS;".</summary>
    public static IReadOnlyList<string> List { get; } =
        ["grep", "--recursive", "--with-filename", "--include=*.conf", "--regexp=^[[:space:]]*listen[[:space:]]", "--", "/etc/nginx/conf.d"];

    public static NginxListener? Read(string line) => Pattern().Match(line) is { Success: true } match
        && int.TryParse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new(match.Groups["file"].Value, port, match.Groups["options"].Value.Split(' ').Contains("ssl"))
            : null;

    [GeneratedRegex(@"\A(?<file>/[^:]+):\s*listen\s+(?:[^;\s]*:)?(?<port>[0-9]{1,5})(?<options>(?:\s[^;]*)?);")]
    private static partial Regex Pattern();
}
