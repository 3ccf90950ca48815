using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Server.Containers.Usage;

/// <summary>A line of docker container stats, which writes numbers for people: 0.07%, 12.3MiB / 23.5GiB.</summary>
internal sealed partial record DockerStats(string Uid, double CpuPercent, long MemoryBytes, long MemoryLimitBytes)
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Null for a line that is none, and for a container that does not run: Docker says -- of it.</summary>
    public static DockerStats? Parse(string line)
    {
        Raw? raw;
        try
        {
            raw = JsonSerializer.Deserialize(line, RawJson.Default.Raw);
        }
        catch (JsonException)
        {
            return null;
        }
        return raw is { Id: { } uid, CpuPerc: { } cpu, MemUsage: { } memory }
            && double.TryParse(cpu.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent)
            && memory.Split(" / ") is [var used, var limit]
            && Bytes(used) is { } usedBytes && Bytes(limit) is { } limitBytes
            ? new(uid, percent, usedBytes, limitBytes)
            : null;
    }

    private static long? Bytes(string text) => SizePattern().Match(text) is { Success: true } match
        ? (long)(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * Math.Pow(1024, Array.IndexOf(Units, match.Groups[2].Value)))
        : null;

    [GeneratedRegex(@"\A([0-9]{1,9}(?:\.[0-9]+)?)(B|KiB|MiB|GiB|TiB)\z")]
    private static partial Regex SizePattern();

    internal sealed record Raw(
        [property: JsonPropertyName("ID")] string? Id, [property: JsonPropertyName("CPUPerc")] string? CpuPerc, [property: JsonPropertyName("MemUsage")] string? MemUsage);

    [JsonSerializable(typeof(Raw))]
    internal sealed partial class RawJson : JsonSerializerContext;
}
