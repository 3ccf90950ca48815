using System.Text.Json;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>The check that a container's image brings along.</summary>
/// <param name="Program">What is run in the container, and ends with 0 where that is healthy.</param>
/// <param name="Timeout">How long it may take.</param>
/// <param name="StartPeriod">How long the container may take to start.</param>
internal sealed record OwnCheck(IReadOnlyList<string> Program, TimeSpan Timeout, TimeSpan StartPeriod)
{
    // Docker's own, where the image says nothing.
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(5);
    private static readonly List<string> DefaultShell = ["/bin/sh", "-c"];

    /// <summary>How long it is waited for: Docker counts from the program's start, which takes a server that is busy its time.</summary>
    public TimeSpan Patience => Timeout + Beginning;

    /// <param name="config">The part of that name of Docker's inspection.</param>
    public static OwnCheck? Of(JsonElement config)
    {
        if (!config.TryGetProperty("Healthcheck", out var check) || check.ValueKind is not JsonValueKind.Object)
            return null;
        IReadOnlyList<string> program = Texts(check, "Test") switch
        {
            ["CMD", .. { Count: > 0 } arguments] => arguments,
            ["CMD-SHELL", var line] => [.. Texts(config, "Shell") is { Count: > 0 } shell ? shell : DefaultShell, line],
            _ => [],
        };
        return program.Count == 0 ? null : new(program, Time(check, "Timeout") is { Ticks: > 0 } timeout ? timeout : DefaultTimeout, Time(check, "StartPeriod"));
    }

    /// <summary>A list of texts; none where there is no list.</summary>
    public static List<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())] : [];

    // In nanoseconds.
    private static TimeSpan Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.TryGetInt64(out var time) ? TimeSpan.FromTicks(time / TimeSpan.NanosecondsPerTick) : default;
}
