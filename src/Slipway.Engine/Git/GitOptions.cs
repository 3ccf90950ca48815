using System.Net;

namespace Slipway.Engine.Git;

internal sealed record GitOptions
{
    /// <summary>Where the mirrors lie; only Slipway's own user may read it.</summary>
    public required string Directory { get; init; }

    /// <summary>Networks that may be contacted although they are loopback or link-local.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>No file of a repository is read beyond this size: what analysis reads is text written by people.</summary>
    public long MaxFileBytes { get; init; } = 1024 * 1024;
}
