using System.Globalization;
using Slipway.Engine.Analysis;
using Slipway.Engine.Commands;

namespace Slipway.Engine.Git;

/// <summary>A bare copy of a stack's repository on the control plane. Servers get their code from it and never need git credentials.</summary>
internal sealed class GitMirror(GitRemote remote, MirrorFolder folder, GitOptions options, EngineTimeouts timeouts, TimeProvider time)
{
    private readonly GitProgram _git = new(folder.Path, time);

    public GitUrl Url => remote.Url;

    /// <summary>Makes the mirror or brings it up to date. Concurrent calls wait for each other; a damaged mirror is made anew.</summary>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        using var held = await folder.LockAsync(cancellationToken);
        folder.RemoveLeftovers();
        var connection = await remote.ConnectAsync(cancellationToken);
        if (folder.IsMirrorOf(Url))
        {
            var fetch = GitCommands.Fetch(folder.Repository, Url.Address, connection.Arguments);
            var fetched = await RunRemoteAsync(fetch, connection, cancellationToken);
            if (fetched.Succeeded && await IsWholeAsync(cancellationToken))
                return;
            // A reason that is not the host's lies in the local copy: a lock left by a kill, a damaged pack.
            if (!fetched.Succeeded && GitFailure.OfRemote(Url, fetched) is { } failure)
                throw failure;
        }

        await CloneAsync(connection, cancellationToken);
    }

    /// <summary>Fetches unless the mirror has the commit: a node that takes work over may never have fetched, or not lately.</summary>
    public async Task EnsureAsync(string commit, CancellationToken cancellationToken)
    {
        if (folder.IsMirrorOf(Url) && (await _git.RunAsync(GitCommands.ShowCommit(folder.Repository, commit), timeouts.Query, cancellationToken)).Succeeded)
            return;
        await FetchAsync(cancellationToken);
    }

    /// <summary>The next fetch makes the mirror anew, whatever the present one holds.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        using (await folder.LockAsync(cancellationToken))
            folder.MarkDamaged();
    }

    public async Task<GitCommit> ResolveAsync(GitRef reference, CancellationToken cancellationToken)
    {
        string[] candidates = [$"refs/heads/{reference.Name}", $"refs/tags/{reference.Name}", .. reference.LooksLikeHash ? [reference.Name.ToLowerInvariant()] : Array.Empty<string>()];
        foreach (var candidate in candidates)
        {
            var result = await QueryAsync(GitCommands.ShowCommit(folder.Repository, candidate), cancellationToken);
            if (result.Succeeded && ParseCommit(result.Output) is { } commit)
                return commit;
        }

        var branches = await ListBranchesAsync(cancellationToken);
        throw branches.Count == 0 ? GitFailure.Empty(Url) : GitFailure.NoSuchRef(Url, reference, branches);
    }

    public async Task<IReadOnlyList<string>> ListBranchesAsync(CancellationToken cancellationToken)
    {
        var result = await RequireAsync(GitCommands.ListBranches(folder.Repository), cancellationToken);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The branch that the host calls its default, or null when it is gone.</summary>
    public async Task<string?> GetDefaultBranchAsync(CancellationToken cancellationToken)
    {
        var result = await QueryAsync(GitCommands.DefaultBranch(folder.Repository), cancellationToken);
        var name = result.Output.Trim();
        return (await ListBranchesAsync(cancellationToken)).FirstOrDefault(branch => branch == name);
    }

    public IRepositoryFiles FilesAt(GitCommit commit) =>
        new MirrorFiles(_git, folder, commit.Hash, options.MaxFileBytes, timeouts.Query);

    /// <summary>
    /// A bundle with only what a server lacks that has the known commits; null when it lacks nothing. Known commits that the mirror has not
    /// (after a forced push) are left aside.
    /// </summary>
    public Task<GitBundle?> OpenBundleAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken) =>
        new GitBundler(_git, folder, timeouts).OpenAsync(commit, knownCommits, cancellationToken);

    private async Task CloneAsync(GitConnection connection, CancellationToken cancellationToken)
    {
        var incoming = folder.NewIncoming();
        var result = await RunRemoteAsync(GitCommands.Clone(Url.Address, incoming, connection.Arguments), connection, cancellationToken);
        if (!result.Succeeded)
            throw GitFailure.OfRemote(Url, result) ?? GitFailure.Unknown(Url, result);
        folder.Adopt(incoming, Url);
    }

    /// <summary>Reads the commit of every branch, and repacks when it is time.</summary>
    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        var heads = await _git.RunAsync(GitCommands.ReadHeads(folder.Repository), timeouts.Query, cancellationToken);
        if (!heads.Succeeded)
            return false;
        var kept = await _git.RunAsync(GitCommands.Housekeeping(folder.Repository), timeouts.GitFetch, cancellationToken);
        return kept.Succeeded;
    }

    private async Task<GitResult> RunRemoteAsync(IReadOnlyList<string> arguments, GitConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await _git.RunAsync(arguments, timeouts.GitFetch, cancellationToken, connection.Environment);
        }
        catch (TimeoutException exception)
        {
            throw GitFailure.TooSlow(Url, timeouts.GitFetch, exception);
        }
    }

    private Task<GitResult> QueryAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!folder.IsMirrorOf(Url))
            throw new UserErrorException($"The repository {Url.Display} has not been fetched yet. Fetch it and try again.");
        return _git.RunAsync(arguments, timeouts.Query, cancellationToken);
    }

    private async Task<GitResult> RequireAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await QueryAsync(arguments, cancellationToken);
        if (result.Succeeded)
            return result;
        folder.MarkDamaged();
        throw GitFailure.Unknown(Url, result);
    }

    private static GitCommit? ParseCommit(string output)
    {
        var fields = output.TrimEnd('\n').Split('\0');
        return fields.Length == 4 && long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new GitCommit(fields[0], fields[1], fields[2], DateTimeOffset.FromUnixTimeSeconds(seconds))
            : null;
    }
}
