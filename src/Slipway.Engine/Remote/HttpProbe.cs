namespace Slipway.Engine.Remote;

/// <summary>Asks a process on the machine itself until it answers well or the time is over.</summary>
public sealed record HttpProbe
{
    /// <summary>Path of a Unix socket; or null and <see cref="TcpAddress"/> set.</summary>
    public string? SocketPath { get; init; }

    /// <summary>IPv4 address and port, like 127.0.0.1:5128.</summary>
    public string? TcpAddress { get; init; }

    /// <summary>The path asked for; null to be content with an accepted connection.</summary>
    public string? UrlPath { get; init; } = "/";

    public string HostName { get; init; } = "localhost";

    /// <summary>Statuses that count as healthy, both ends included.</summary>
    public (int From, int To) Healthy { get; init; } = (200, 399);

    /// <summary>The systemd unit that is asked; when it fails meanwhile, the probe ends at once.</summary>
    public string? Unit { get; init; }

    public required TimeSpan Deadline { get; init; }

    /// <summary>A single request may take this long.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>How a probe ended.</summary>
/// <param name="IsHealthy">Whether a good answer came before the deadline.</param>
/// <param name="Status">The last HTTP status; 0 when there was none.</param>
/// <param name="Reason">The last failure in plain words; empty when healthy.</param>
public sealed record ProbeResult(bool IsHealthy, int Status, string Reason);
