using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis;

internal sealed record AnalysisOptions
{
    /// <summary>The stack's environment: production, staging ...</summary>
    public string Environment { get; init; } = "production";

    /// <summary>The Ruby that the servers' distribution packages: 3.1.2 for Debian bookworm.</summary>
    public required string DistributionRuby { get; init; }

    /// <summary>Versions that can be built from the configured source; none when no source is configured.</summary>
    public IReadOnlyList<string> BuildableRubies { get; init; } = [];

    /// <summary>The definition of containers that came with the stack; null where it is in the repository.</summary>
    public string? PostedDefinition { get; init; }

    /// <summary>What containers may have of the servers themselves.</summary>
    public HostAccess HostAccess { get; init; }
}
