namespace Slipway.Server.Platform.Telemetry;

/// <summary>What others may watch. Section <c>Slipway:Telemetry</c>.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Slipway:Telemetry";

    /// <summary>Whether there is a page /metrics for Prometheus.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>The bearer token that /metrics asks for. Without one only programs on the same machine may read it.</summary>
    public string? MetricsToken { get; set; }

    /// <summary>Where traces are sent by OTLP over HTTP, like http://collector:4318/v1/traces. Without it none are made.</summary>
    public Uri? TracesEndpoint { get; set; }

    /// <summary>text, or json: an object a line, with the ids of request, stack and action.</summary>
    public string LogFormat { get; set; } = "text";
}
