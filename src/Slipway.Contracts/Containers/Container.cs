using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Contracts.Containers;

/// <summary>A container of a Docker stack.</summary>
public sealed record Container
{
    /// <summary>Docker's own identifier, 64 hex characters.</summary>
    public required string Uid { get; init; }

    public required string ServerUid { get; init; }

    public required string ServerName { get; init; }

    public required string ServiceName { get; init; }

    public required string Image { get; init; }

    /// <summary>Host and container ports as a JSON list inside of a text: ["5128:3000"].</summary>
    public required string PortList { get; init; }

    public required string Command { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The server's ports under which nginx offers it, like 80:443.</summary>
    public required string WebPorts { get; init; }

    /// <summary>Whether what it prints is kept.</summary>
    public bool CaptureOutput { get; init; } = true;

    /// <summary>The same under another name.</summary>
    public bool CaptureStdoutStderr => CaptureOutput;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What Docker itself says of it now; only where a single container is shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Runtime { get; init; }
}
