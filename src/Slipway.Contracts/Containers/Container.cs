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

    /// <summary>When it was started last; Docker starts one again that ends by itself.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How it was when its server was last asked, which is done three times a minute: one of <see cref="Stacks.StackHealth"/>, from 0 to 3.</summary>
    public required int HealthState { get; init; }

    /// <summary>The same in words.</summary>
    public required string HealthMessage { get; init; }

    /// <summary>Who says so: docker.</summary>
    public string HealthSource { get; init; } = "docker";

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
