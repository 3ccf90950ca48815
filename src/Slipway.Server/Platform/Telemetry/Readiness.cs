using System.Text.Json.Serialization;
using Slipway.Server.Platform.Data.Storage;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Platform.Telemetry;

/// <summary>Whether this node should be given requests, and if not, why.</summary>
internal sealed record Readiness(string Status, string Database, string? Message)
{
    public static async Task<IResult> Handle(StorageProbe probe, RunningActions running, CancellationToken cancellationToken)
    {
        var trouble = await probe.TryAsync(cancellationToken);
        var status = running.IsStopping ? "draining" : trouble is null ? "ready" : "unavailable";
        return Results.Json(
            new Readiness(status, trouble?.Reason ?? "writable", running.IsStopping ? "The node is being stopped and takes no more work." : trouble?.Message),
            ReadinessJson.Default.Readiness,
            statusCode: status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
