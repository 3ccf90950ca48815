namespace Slipway.Engine.Analysis;

/// <summary>The files of a stack that has no repository: none.</summary>
internal sealed class NoRepository : IRepositoryFiles
{
    public Task<IReadOnlyList<RepositoryFile>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RepositoryFile>>([]);

    public Task<IReadOnlyDictionary<string, string>> ReadAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
}
