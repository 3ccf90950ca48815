using Slipway.Contracts.Servers;

namespace Slipway.Contracts.Stacks;

/// <summary>A stack to be made. It is analysed at once; with servers and <see cref="Deploy"/> it is deployed right after.</summary>
public sealed record CreateStack
{
    /// <summary>1 to 60 characters; unique in the account.</summary>
    public required string Name { get; init; }

    /// <summary>production, development, staging, qa, or a name of one's own: lower-case letters, digits and underscores.</summary>
    public string Environment { get; init; } = "production";

    /// <summary>Address of the repository: https, http, git, ssh or git@host:owner/repo. Left out only where each service of <see cref="ServiceYaml"/> names an image.</summary>
    public string? Git { get; init; }

    /// <summary>By default the repository's own default branch.</summary>
    public string? GitBranch { get; init; }

    /// <summary>The definition of a Docker stack, as services.yml would have it. It counts instead of a file of the repository; secrets are named in it as _env:NAME.</summary>
    public string? ServiceYaml { get; init; }

    public IReadOnlyList<AddServer> Servers { get; init; } = [];

    /// <summary>Deploys as soon as the analysis is there. Needs at least one server.</summary>
    public bool Deploy { get; init; }
}
