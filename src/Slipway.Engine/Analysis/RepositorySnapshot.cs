using Slipway.Engine.Analysis.Docker;

namespace Slipway.Engine.Analysis;

/// <summary>The names of all files and the texts of those that matter, read in one go.</summary>
internal sealed class RepositorySnapshot
{
    private const int MaxCodeFiles = 1500;
    private const long MaxCodeFileBytes = 128 * 1024;

    private static readonly string[] CodeFolders = ["app/", "bin/", "config/", "lib/", "db/"];
    private static readonly string[] CodeEndings = [".rb", ".ru", ".yml", ".erb", ".rake"];

    private readonly IReadOnlyDictionary<string, string> _texts;

    private RepositorySnapshot(IReadOnlyList<RepositoryFile> all, IReadOnlyDictionary<string, string> texts)
    {
        _texts = texts;
        HasSubmodules = all.Any(file => file.Kind is RepositoryFileKind.Submodule);
        Files = all.Where(file => file.Kind is RepositoryFileKind.File).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
    }

    public IReadOnlySet<string> Files { get; }

    public bool HasSubmodules { get; }

    /// <summary>Code in which environment variables are looked for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Code => _texts.Where(text => IsCode(text.Key));

    public string? Text(string path) => _texts.GetValueOrDefault(path);

    public bool Has(string path) => Files.Contains(path);

    public static async Task<RepositorySnapshot> ReadAsync(IRepositoryFiles files, CancellationToken cancellationToken)
    {
        var all = await files.ListAsync(cancellationToken);
        var wanted = all.Where(file => file.Kind is RepositoryFileKind.File && IsNamed(file.Path)).Select(file => file.Path).ToList();
        wanted.AddRange(all
            .Where(file => file.Kind is RepositoryFileKind.File && file.Size <= MaxCodeFileBytes && IsCode(file.Path))
            .OrderBy(file => file.Path.Count(c => c is '/'))
            .Take(MaxCodeFiles).Select(file => file.Path));
        return new RepositorySnapshot(all, await files.ReadAsync(wanted, cancellationToken));
    }

    private static bool IsNamed(string path) => path is "Gemfile" or "Gemfile.lock" or "config.ru" or "config/database.yml" or ".ruby-version"
        or ".tool-versions" or ".gitattributes" or "config/application.rb" or ".cloud66/manifest.yml" or ".cloud66/deploy_hooks.yml" or Dockerfile.Path
        || DefinitionReader.Paths.Contains(path)
        || path.StartsWith("Procfile", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal)
        || path.StartsWith(".env.", StringComparison.Ordinal);

    private static bool IsCode(string path) =>
        CodeEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal))
        && (!path.Contains('/', StringComparison.Ordinal) || CodeFolders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)));
}
