namespace Slipway.Engine.Analysis;

/// <summary>The files of a repository at one commit.</summary>
internal interface IRepositoryFiles
{
    Task<IReadOnlyList<RepositoryFile>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The texts of the files asked for, by path. Missing, binary and very large files are left out.</summary>
    Task<IReadOnlyDictionary<string, string>> ReadAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken);
}
