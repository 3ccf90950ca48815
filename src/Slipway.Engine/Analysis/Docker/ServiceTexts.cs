using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>The little languages of a service's options. Each gives null for a text that is not one of theirs.</summary>
internal static partial class ServiceTexts
{
    public const string VariablePrefix = "_env:";
    public const int LongestDuration = 24 * 60 * 60;
    private const int MaxPort = 65535;

    public static readonly IReadOnlyList<string> Signals =
        ["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "KILL", "ALRM", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "WINCH"];

    /// <summary>Name of the variable that a text like _env:NAME stands for; null for any other text.</summary>
    public static string? Variable(string text) =>
        VariablePattern().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>30s, 5m, 1h or a bare number of seconds; in seconds.</summary>
    public static int? Duration(string text)
    {
        var match = DurationPattern().Match(text);
        if (!match.Success)
            return null;
        var seconds = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
        {
            "h" => 3600,
            "m" => 60,
            _ => 1,
        };
        return seconds <= LongestDuration ? (int)seconds : null;
    }

    /// <summary>CONTAINER[:HTTP[:HTTPS]]; what is between colons may be left out: 4000::8443.</summary>
    public static PortDefinition? Port(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 3 || Number(parts[0]) is not { } container)
            return null;
        var (http, https) = (parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "");
        return (http.Length > 0 && Number(http) is null) || (https.Length > 0 && Number(https) is null)
            ? null
            : new(container, Number(http), Number(https));
    }

    /// <summary>Durations and signals between colons: 1m:USR2:30s:USR1:50s.</summary>
    public static IReadOnlyList<StopStep>? StopSequence(string text)
    {
        List<StopStep> steps = [];
        foreach (var part in text.Split(':'))
        {
            if (Signal(part) is { } signal)
                steps.Add(new(0, signal));
            else if (Duration(part) is { } seconds)
                steps.Add(new(seconds, null));
            else
                return null;
        }
        return steps.Sum(step => (long)step.Seconds) <= LongestDuration ? steps : null;
    }

    /// <summary>TERM, SIGTERM, sigterm; without the prefix and in capitals.</summary>
    public static string? Signal(string text)
    {
        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        return Signals.Contains(name) ? name : null;
    }

    /// <summary>An image as Docker names it: [registry[:port]/]path[:tag][@sha256:digest].</summary>
    public static bool IsImage(string text) => text.Length <= 400 && ImagePattern().IsMatch(text);

    /// <summary>An absolute path that goes nowhere else.</summary>
    public static bool IsContainerPath(string text) =>
        ContainerPathPattern().IsMatch(text) && text.Length > 1 && !text.Contains("//", StringComparison.Ordinal) && !text.Split('/').Any(part => part is "." or "..");

    /// <summary>A path of the repository.</summary>
    public static bool IsRepositoryPath(string text) =>
        text.Length > 0 && !text.StartsWith('/') && !text.StartsWith('-') && !text.Any(char.IsControl) && !text.Split('/').Any(part => part is "..");

    public static bool IsUrlPath(string text) => UrlPathPattern().IsMatch(text);

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MaxPort ? number : null;

    [GeneratedRegex(@"\A_env:([A-Za-z_][A-Za-z0-9_]{0,254})\z")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"\A([0-9]{1,7})([smh]?)\z")]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?\z")]
    private static partial Regex ImagePattern();

    [GeneratedRegex(@"\A/[A-Za-z0-9_./@+ -]{0,250}\z")]
    private static partial Regex ContainerPathPattern();

    [GeneratedRegex(@"\A/[!-~]{0,500}\z")]
    private static partial Regex UrlPathPattern();
}
