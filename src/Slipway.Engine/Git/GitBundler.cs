using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using Slipway.Engine.Commands;

namespace Slipway.Engine.Git;

/// <summary>
/// Writes bundles: the documented header (gitformat-bundle) before a pack of git. The bundle command itself would need a reference made in the
/// mirror for every call, which concurrent deployments and clean-up would have to agree on.
/// </summary>
internal sealed partial class GitBundler(GitProgram git, MirrorFolder folder, EngineTimeouts timeouts)
{
    public async Task<GitBundle?> OpenAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken)
    {
        if (!HashPattern().IsMatch(commit))
            throw new ArgumentException("A bundle is made of a full commit hash.", nameof(commit));
        var known = await PresentAsync([.. knownCommits.Where(hash => HashPattern().IsMatch(hash)).Distinct()], cancellationToken);
        var news = await RequireAsync(git.RunAsync(GitCommands.NewCommits(folder.Repository, commit, known), timeouts.Query, cancellationToken));
        if (news.Output.Trim() is "")
            return null;

        var content = folder.OpenTemporary();
        try
        {
            var header = Encoding.ASCII.GetBytes(Header(commit, known));
            await content.WriteAsync(header, cancellationToken);
            var revisions = PipeSource.FromString(string.Join('\n', [commit, .. known.Select(hash => "^" + hash)]) + "\n");
            await RequireAsync(git.RunAsync(
                GitCommands.Pack(folder.Repository), timeouts.GitFetch, PipeTarget.ToStream(content), cancellationToken, input: revisions));
            content.Position = 0;
            return new GitBundle(GitBundle.RefOf(commit), content, header.Length);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    internal static string Header(string commit, IEnumerable<string> known)
    {
        var header = new StringBuilder(commit.Length == 64 ? "# v3 git bundle\n@object-format=sha256\n" : "# v2 git bundle\n");
        foreach (var hash in known)
            header.Append('-').Append(hash).Append(" \n");
        return header.Append(commit).Append(' ').Append(GitBundle.RefOf(commit)).Append("\n\n").ToString();
    }

    private async Task<IReadOnlyList<string>> PresentAsync(IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        if (hashes.Count == 0)
            return hashes;
        var asked = PipeSource.FromString(string.Join('\n', hashes) + "\n");
        var answer = await RequireAsync(git.RunAsync(GitCommands.DescribeObjects(folder.Repository), timeouts.Query, cancellationToken, input: asked));
        return [.. answer.Output.Split('\n').Select(line => line.Split(' ')).Where(parts => parts is [_, "commit", ..]).Select(parts => parts[0])];
    }

    private async Task<GitResult> RequireAsync(Task<GitResult> running)
    {
        var result = await running;
        if (result.Succeeded)
            return result;
        // The next fetch makes the mirror anew; what was asked for may be gone by a forced push, or damaged.
        folder.MarkDamaged();
        throw new UserErrorException($"The code could not be packed; git ended with {result.ExitCode}: {result.Errors.Trim()} Fetch the repository again.");
    }

    [GeneratedRegex("^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
    private static partial Regex HashPattern();
}
