using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace Slipway.Bench.Api;

/// <summary>Load by wrk, Debian's package of that name.</summary>
internal static partial class Wrk
{
    private const int Connections = 64;

    public static async Task<LoadResult> RunAsync(string url, string? token, int seconds, CancellationToken cancellationToken)
    {
        string[] header = token is null ? [] : ["-H", $"Authorization: Bearer {token}"];
        var result = await Cli.Wrap("wrk").WithArguments(["-t", "1", "-c", $"{Connections}", "-d", $"{seconds}s", "--timeout", "30s", "--latency", .. header, url])
            .ExecuteBufferedAsync(cancellationToken);
        var report = result.StandardOutput;
        if (Failures().IsMatch(report))
            throw new InvalidOperationException($"Requests failed: {url}\n{report}");
        var (rate, p99) = (Rate().Match(report), Slowest().Match(report));
        var unit = p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1.0, _ => 1000.0 };
        return new(
            double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture),
            TimeSpan.FromMilliseconds(double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * unit));
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Slowest();

    [GeneratedRegex("Non-2xx")]
    private static partial Regex Failures();
}

/// <summary>What one side did in one round.</summary>
internal sealed record LoadResult(double PerSecond, TimeSpan P99);
