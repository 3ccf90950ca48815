namespace Slipway.Engine.Analysis.Settings;

/// <summary>An environment variable of the manifest: a value, or the length of one to be generated.</summary>
internal sealed record ManifestVariable(string Name, string? Value, int? GenerateLength);

/// <summary>What Slipway takes from .cloud66/manifest.yml for one environment.</summary>
internal sealed record Manifest
{
    public static Manifest None { get; } = new();

    public IReadOnlyList<ManifestVariable> EnvironmentVariables { get; init; } = [];

    public string? RubyVersion { get; init; }

    /// <summary>Null when the manifest does not say.</summary>
    public bool? AssetPrecompile { get; init; }

    /// <summary>Null when the manifest does not say.</summary>
    public bool? InitialSchemaLoad { get; init; }
}
