using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Keeps the newest releases for rollback and removes the others.</summary>
internal static class PruneReleases
{
    /// <summary>The live one and four to go back to.</summary>
    public const int Kept = 5;

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var kept = new HashSet<string>();
        await context.OnWebServersAsync(
            async (_, host, token) =>
            {
                var releases = await ListAsync(context, host, ["ls", "-1", context.Paths.Releases], token);
                // The old run may still have requests to answer, from a release that is older than those kept.
                var used = await ListAsync(context, host, ["find", context.Paths.Runs, "-name", RunFiles.ReleaseLink, "-printf", "%l\n"], token);
                var remaining = releases.OrderDescending(StringComparer.Ordinal).Take(Kept).Append(context.Release)
                    .Concat(used.Select(path => path.Split('/')[^1])).ToHashSet();
                await host.ApplyAsync([.. releases.Where(name => !remaining.Contains(name)).Select(name => new Remove(context.Paths.Release(name)))], token);
                lock (kept)
                    kept.UnionWith(remaining);
            },
            cancellationToken);
        context.State.KeptReleases = [.. kept];
    }

    private static Task<IReadOnlyList<string>> ListAsync(DeployContext context, IRemoteHost host, IReadOnlyList<string> program, CancellationToken cancellationToken) =>
        host.ReadLinesAsync(
            new() { Name = "list releases", Programs = [program], Deadline = context.Timeouts.Query, IsRepeatable = true }, cancellationToken);
}
