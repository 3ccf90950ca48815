using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Analysis;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Git;

namespace Slipway.Engine.Deployments;

/// <summary>In place of code: a definition whose services all pull their images. Its version is its hash.</summary>
internal sealed class DefinitionCode(AnalysisOptions options, TimeProvider time) : ICodeSource
{
    // As long as git's, for clients that show or cut it.
    private const int HashLength = 40;

    public static string HashOf(string definition) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(definition)))[..HashLength];

    public Task<GitCommit> FetchAsync(string gitRef, CancellationToken cancellationToken) => Task.FromResult(
        new GitCommit(HashOf(options.PostedDefinition ?? ""), "definition of the stack, without a repository", "whoever set it", time.GetUtcNow()));

    public async Task<ReleasePlan> PlanAsync(GitCommit commit, CancellationToken cancellationToken)
    {
        var analysis = await RepositoryAnalysis.AnalyzeAsync(new NoRepository(), options, cancellationToken);
        return analysis.Problems is [_, ..] problems
            ? throw new UserErrorException($"The definition cannot be deployed:\n{string.Join('\n', problems)}")
            : ReleasePlanner.For(analysis, [], bundleDigest: "");
    }

    public Task<string?> ReadFileAsync(string commit, string path, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<Stream?> OpenPackAsync(string commit, IReadOnlyCollection<string> knownCommits, CancellationToken cancellationToken) =>
        throw new UserErrorException("The stack has no repository, so there is no code to send. Name an image for each service, or give the stack a repository.");
}
