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
                var releases = await ListAsync(context, host, token);
                var remaining = releases.OrderDescending(StringComparer.Ordinal).Take(Kept).Append(context.Release).ToHashSet();
                await host.ApplyAsync([.. releases.Where(name => !remaining.Contains(name)).Select(name => new Remove(context.Paths.Release(name)))], token);
                lock (kept)
                    kept.UnionWith(remaining);
            },
            cancellationToken);
        context.State.KeptReleases = [.. kept];
    }

    private static async Task<IReadOnlyList<string>> ListAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        List<string> releases = [];
        var list = await host.RunAsync(
            new() { Name = "list releases", Programs = [["ls", "-1", context.Paths.Releases]], Deadline = context.Timeouts.Query, IsRepeatable = true },
            line =>
            {
                releases.Add(line.Text);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        list.EnsureSuccess();
        return releases;
    }
}
