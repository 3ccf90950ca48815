using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Analysis;
using Slipway.Engine.Git;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>A stack's code in the control plane's mirror of its repository.</summary>
internal sealed class MirrorCode(GitMirror mirror, AnalysisOptions options, IReadOnlyList<RubySource> rubies) : ICodeSource
{
    private bool _isFetched;

    public async Task<GitCommit> FetchAsync(string gitRef, CancellationToken cancellationToken)
    {
        await mirror.FetchAsync(cancellationToken);
        _isFetched = true;
        return await mirror.ResolveAsync(GitRef.Parse(gitRef), cancellationToken);
    }

    public async Task<ReleasePlan> PlanAsync(GitCommit commit, CancellationToken cancellationToken)
    {
        await EnsureAsync(commit.Hash, cancellationToken);
        var files = mirror.FilesAt(commit);
        var analysis = await RepositoryAnalysis.AnalyzeAsync(files, options, cancellationToken);
        if (analysis.Problems is [_, ..])
            throw new UserErrorException($"Commit {commit.ShortHash} cannot be deployed:\n{string.Join('\n', analysis.Problems)}");
        return ReleasePlanner.For(analysis, rubies, await DigestBundleAsync(files, analysis, cancellationToken));
    }

    public async Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken)
    {
        await EnsureAsync(commit, cancellationToken);
        var files = mirror.FilesAt(await mirror.ResolveAsync(GitRef.Parse(commit), cancellationToken));
        return (await files.ReadAsync([path], cancellationToken)).GetValueOrDefault(path);
    }

    public async Task<Stream?> OpenPackAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken)
    {
        await EnsureAsync(commit, cancellationToken);
        return (await mirror.OpenBundleAsync(commit, knownCommits, cancellationToken))?.TakePack();
    }

    private async Task EnsureAsync(string commit, CancellationToken cancellationToken)
    {
        if (!_isFetched)
            await mirror.EnsureAsync(commit, cancellationToken);
        _isFetched = true;
    }

    private static async Task<string> DigestBundleAsync(IRepositoryFiles files, AnalysisResult analysis, CancellationToken cancellationToken)
    {
        var texts = await files.ReadAsync(["Gemfile", "Gemfile.lock"], cancellationToken);
        var all = string.Join('\0', texts.OrderBy(text => text.Key, StringComparer.Ordinal).Select(text => text.Value).Append(analysis.Ruby.Version ?? ""));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
