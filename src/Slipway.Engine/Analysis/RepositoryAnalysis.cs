using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Analysis.Gems;
using Slipway.Engine.Analysis.Settings;

namespace Slipway.Engine.Analysis;

/// <summary>Reads a repository and says what it is and what Slipway will do with it. Nothing of the repository is executed.</summary>
internal static class RepositoryAnalysis
{
    private static readonly string[] Unused = [Dockerfile.Path, "docker-compose.yml", "compose.yaml", "compose.yml"];

    public static async Task<AnalysisResult> AnalyzeAsync(IRepositoryFiles files, AnalysisOptions options, CancellationToken cancellationToken) =>
        Analyze(await RepositorySnapshot.ReadAsync(files, cancellationToken), options);

    private static AnalysisResult Analyze(RepositorySnapshot repository, AnalysisOptions options)
    {
        if (options.PostedDefinition is not null)
            return DockerAnalysis.Analyze(repository, PostedDefinition.Name, options);
        var remarks = new Remarks();
        var bundle = Bundle.Read(repository, options.Environment, remarks);
        var processes = ProcfileReader.Read(repository, options.Environment, remarks);
        var manifest = repository.Text(ManifestReader.Path) is { } manifestText
            ? ManifestReader.Read(manifestText, options.Environment, remarks) : Manifest.None;
        var hooks = repository.Text(DeployHooksReader.Path) is { } hooksText
            ? new DeployHooksReader(repository.Files, remarks).Read(hooksText, options.Environment) : DeployHooks.None;
        var framework = FrameworkFinder.Find(repository, bundle);
        var isDeployable = bundle.HasGemfile || repository.Has("config.ru") || processes.CustomWeb is not null;
        if (DockerAnalysis.FindDefinition(repository, isDeployable) is { } definition)
            return DockerAnalysis.Analyze(repository, definition, options);
        ReportWhatIsMissing(repository, processes.CustomWeb, isDeployable, remarks);
        ReportUnsupported(repository, isDeployable, remarks);
        return new AnalysisResult
        {
            Language = isDeployable ? "ruby" : null,
            Framework = framework,
            Ruby = new RubyFinder(repository, bundle, options, remarks).Find(manifest.RubyVersion, isDeployable),
            WebServer = WebServerFinder.Find(bundle, processes.CustomWeb, isDeployable, remarks),
            HasGemfile = bundle.HasGemfile,
            Lock = bundle.Lock,
            ListedGems = bundle.Listed,
            Gems = bundle.Gems,
            HasGemSource = bundle.HasGemSource,
            Components = ComponentFinder.Find(repository, bundle, options.Environment, remarks),
            Processes = processes.Processes,
            EnvironmentVariables = VariableFinder.Find(repository),
            Manifest = manifest,
            Hooks = hooks,
            NeedsAssetPrecompile = FrameworkFinder.NeedsAssetPrecompile(repository, bundle, framework, manifest),
            HasSchema = repository.Has("db/schema.rb") || repository.Has("db/structure.sql"),
            HasMigrations = repository.Files.Any(path => path.StartsWith("db/migrate/", StringComparison.Ordinal) && path.EndsWith(".rb", StringComparison.Ordinal)),
            SystemPackages = GemCatalog.PackagesFor(bundle.Gems),
            Problems = Remarks.Shown(remarks.Problems),
            CannotDo = Remarks.Shown(remarks.CannotDo),
            Notes = Remarks.Shown(remarks.Notes),
            IsTerminal = !isDeployable,
        };
    }

    private static void ReportWhatIsMissing(RepositorySnapshot repository, string? customWeb, bool isDeployable, Remarks remarks)
    {
        if (repository.Files.Count == 0)
            remarks.Problems.Add("The repository has no files. Push an application to it and analyse again.");
        else if (!isDeployable)
            remarks.Problems.Add("There is neither a Gemfile nor a config.ru at the top of the repository, so there is no Ruby web application to deploy; nor is there a Dockerfile or a .cloud66/services.yml, so there are no containers.");
        else if (!repository.Has("config.ru") && customWeb is null)
            remarks.Problems.Add("There is no config.ru at the top of the repository, which tells a Rack web server what to run. Add one, or name your own web server in a custom_web line of the Procfile.");
    }

    private static void ReportUnsupported(RepositorySnapshot repository, bool isDeployable, Remarks remarks)
    {
        string[] docker = [.. Unused.Where(repository.Has)];
        if (docker.Length > 0 && isDeployable)
            remarks.Notes.Add($"{string.Join(", ", docker)} is not used: the application is deployed from its {(repository.Has("Gemfile") ? "Gemfile" : "config.ru")}. To deploy it in containers, describe them in {DefinitionReader.Paths[0]}.");
        else if (docker.Length > 0)
            remarks.Notes.Add($"{string.Join(", ", docker)} is not read. Describe the containers in {DefinitionReader.Paths[0]}.");
        ReportGit(repository, remarks);
    }

    internal static void ReportGit(RepositorySnapshot repository, Remarks remarks)
    {
        if (repository.HasSubmodules || repository.Has(".gitmodules"))
            remarks.CannotDo.Add("The repository has git submodules; their content is not fetched.");
        if (repository.Text(".gitattributes")?.Contains("filter=lfs", StringComparison.Ordinal) == true)
            remarks.CannotDo.Add("The repository keeps files in git LFS; servers get the pointer files and not their content.");
    }
}
