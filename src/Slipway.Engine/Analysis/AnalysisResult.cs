using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Analysis.Gems;
using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis;

internal enum RackFramework { None, Rack, Sinatra, Padrino, Rails }

internal enum WebServerKind { Puma, Unicorn, Thin, Passenger, Custom }

/// <summary>What answers requests. A server that is not in the bundle is Slipway's own puma, outside of bundler.</summary>
internal sealed record WebServerChoice(WebServerKind Kind, bool IsInBundle, string? Command = null);

/// <summary>A background process of the Procfile.</summary>
internal sealed record ProcessSpec(string Name, string Command);

/// <summary>The Ruby that the code asks for, in its own words, and the version that it gets: the distribution's, a built one, or none (null).</summary>
internal sealed record RubyChoice(string? Wanted, string? Source, string? Version, bool IsDistribution);

/// <summary>What Slipway found in a repository, what it will do with it and what it cannot do.</summary>
internal sealed record AnalysisResult
{
    /// <summary>"ruby", or null when nothing that Slipway knows was found.</summary>
    public string? Language { get; init; }

    public RackFramework Framework { get; init; }

    public required RubyChoice Ruby { get; init; }

    public required WebServerChoice WebServer { get; init; }

    public bool HasGemfile { get; init; }

    /// <summary>Gemfile.lock; null when there is none.</summary>
    public GemfileLock? Lock { get; init; }

    /// <summary>Names of the gems that the Gemfile itself lists for the environment.</summary>
    public IReadOnlyList<string> ListedGems { get; init; } = [];

    /// <summary>The locked gems that the environment installs, without those of development and test only.</summary>
    public IReadOnlyList<LockedGem> Gems { get; init; } = [];

    /// <summary>Whether gems are fetched from a gem server; otherwise they come from the system's packages.</summary>
    public bool HasGemSource { get; init; }

    /// <summary>Components besides the application: postgresql, mysql, redis, memcached, mongodb, elasticsearch.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    public IReadOnlyList<ProcessSpec> Processes { get; init; } = [];

    /// <summary>Names of environment variables that the code reads and Slipway does not set by itself.</summary>
    public IReadOnlyList<string> EnvironmentVariables { get; init; } = [];

    public Manifest Manifest { get; init; } = Manifest.None;

    public DeployHooks Hooks { get; init; } = DeployHooks.None;

    public bool NeedsAssetPrecompile { get; init; }

    public bool HasSchema { get; init; }

    public bool HasMigrations { get; init; }

    /// <summary>Packages of Debian and Ubuntu that the gems' C extensions are compiled with.</summary>
    public IReadOnlyList<string> SystemPackages { get; init; } = [];

    /// <summary>The containers of a Docker stack; null for any other.</summary>
    public DockerDefinition? Docker { get; init; }

    /// <summary>Whether it is a Docker stack, even if its definition has mistakes.</summary>
    public bool IsDocker { get; init; }

    /// <summary>What stops a deployment.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What is in the repository and Slipway does not do.</summary>
    public IReadOnlyList<string> CannotDo { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>There is nothing in the repository that Slipway could ever deploy as it is.</summary>
    public bool IsTerminal { get; init; }
}
