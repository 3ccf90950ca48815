using Slipway.Engine.Analysis;

namespace Slipway.Tests.Analysis;

/// <summary>A repository in memory. A path that ends in "@" is a submodule, one in "->" a link.</summary>
internal sealed class FakeRepository(params (string Path, string Text)[] files) : IRepositoryFiles
{
    public Task<IReadOnlyList<RepositoryFile>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RepositoryFile>>(
            [.. files.Select(file => new RepositoryFile(file.Path.TrimEnd('@', '>', '-'), KindOf(file.Path), file.Text.Length))]);

    public Task<IReadOnlyDictionary<string, string>> ReadAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(
            files.Where(file => paths.Contains(file.Path)).GroupBy(file => file.Path).ToDictionary(group => group.Key, group => group.First().Text));

    public static async Task<AnalysisResult> AnalyzeAsync(string environment, params (string Path, string Text)[] files) =>
        await RepositoryAnalysis.AnalyzeAsync(
            new FakeRepository(files), new AnalysisOptions { Environment = environment, DistributionRuby = "3.1.2" }, TestContext.Current.CancellationToken);

    private static RepositoryFileKind KindOf(string path) => path switch
    {
        [.., '@'] => RepositoryFileKind.Submodule,
        [.., '-', '>'] => RepositoryFileKind.Link,
        _ => RepositoryFileKind.File,
    };

    public static Task<AnalysisResult> AnalyzeAsync(params (string Path, string Text)[] files) => AnalyzeAsync("production", files);
}
