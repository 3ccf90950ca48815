using System.Globalization;
using Slipway.Engine.Analysis;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>Decides from an analysis what a release consists of and what its servers need.</summary>
internal static class ReleasePlanner
{
    public static ReleasePlan For(AnalysisResult analysis, IReadOnlyList<RubySource> rubies, string bundleDigest) => analysis.Docker is { } docker ? new() { Framework = StackSpec.DockerFramework, Docker = docker } : new()
    {
        Framework = analysis.Framework.ToString().ToLowerInvariant(),
        WebServer = analysis.WebServer.Kind.ToString().ToLowerInvariant(),
        WebCommand = WebCommands.For(analysis.WebServer),
        IsCustomWeb = analysis.WebServer.Kind is WebServerKind.Custom,
        Processes = analysis.Processes.ToDictionary(process => process.Name, process => process.Command),
        HasGemfile = analysis.HasGemfile,
        HasLock = analysis.Lock is not null,
        HasGemSource = analysis.HasGemSource,
        BundleDigest = bundleDigest,
        RubyVersion = analysis.Ruby.Version,
        RubySource = analysis.Ruby.IsDistribution ? null : rubies.FirstOrDefault(ruby => ruby.Version == analysis.Ruby.Version),
        SystemPackages = SystemPackages(analysis),
        NeedsCompiler = analysis.HasGemSource && analysis.ListedGems.Count > 0,
        HasMigrations = analysis.Framework is RackFramework.Rails && analysis.HasMigrations,
        MigrationTask = HasPrepareTask(analysis) ? "db:prepare" : "db:migrate",
        NeedsAssets = analysis.NeedsAssetPrecompile,
        Hooks = analysis.Hooks.All,
    };

    // Rails 6 brought the task that loads the schema into an empty database and migrates any other.
    private static bool HasPrepareTask(AnalysisResult analysis) =>
        analysis.Gems.FirstOrDefault(gem => gem.Name == "railties") is { } rails
        && int.TryParse(rails.Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
        && major >= 6;

    private static IReadOnlyList<string> SystemPackages(AnalysisResult analysis)
    {
        List<string> packages = [.. analysis.SystemPackages];
        if (analysis.HasGemfile && !analysis.HasGemSource)
            packages.AddRange(analysis.ListedGems.Select(PackageOf));
        if (analysis.WebServer is { Kind: WebServerKind.Puma, IsInBundle: false })
            packages.Add("puma");
        return [.. packages.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Debian's package of a gem: servers and tools under their own names, libraries with a prefix.</summary>
    private static string PackageOf(string gem) => gem is "puma" or "unicorn" or "thin" or "rake" or "passenger" or "bundler"
        ? gem
        : $"ruby-{gem.Replace('_', '-').ToLowerInvariant()}";
}
