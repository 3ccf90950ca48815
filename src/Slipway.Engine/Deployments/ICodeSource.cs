using Slipway.Engine.Git;

namespace Slipway.Engine.Deployments;

/// <summary>Where a stack's code comes from: the control plane's copy of the repository.</summary>
internal interface ICodeSource
{
    /// <summary>Brings the copy up to date and finds what a branch, tag or hash stands for.</summary>
    Task<GitCommit> FetchAsync(string gitRef, CancellationToken cancellationToken);

    /// <summary>Reads the commit and says what a release of it consists of.</summary>
    /// <exception cref="UserErrorException">Slipway cannot deploy it; the message says why.</exception>
    Task<ReleasePlan> PlanAsync(GitCommit commit, CancellationToken cancellationToken);

    /// <summary>The text of a file of a commit; null when it is not there, or no text.</summary>
    Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken);

    /// <summary>A git pack, seekable, with what a server lacks that has the known commits; null when it lacks nothing.</summary>
    Task<Stream?> OpenPackAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken);
}
