using System.Text.RegularExpressions;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Keeps the images of the newest releases for rollback and removes the others.</summary>
internal static partial class PruneImages
{
    // Of an attempt that failed: kept until the next release, as the builder's cache.
    private const string Failed = "failed";

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var kept = new HashSet<string>();
        await context.OnServersAsync(
            [.. context.Wanted.CodeServers],
            async (server, host, token) =>
            {
                var remaining = await PruneAsync(context, server, host, token);
                lock (kept)
                    kept.UnionWith(remaining);
            },
            cancellationToken);
        context.State.KeptReleases = [.. kept];
    }

    public static async Task<IReadOnlyList<string>> OfReleaseAsync(
        DeployContext context, IRemoteHost host, string release, CancellationToken cancellationToken) =>
        [.. (await ListAsync(context, host, cancellationToken)).Where(image => ReleaseOf(image) == release)];

    /// <summary>Whether a name of an image is one that Slipway has given. People may name images beside those, which are theirs to remove.</summary>
    public static bool IsOurs(string image) => OwnName().IsMatch(image);

    /// <summary>The name under which an image of a failed attempt stays.</summary>
    public static string FailedName(string image) => $"{image[..image.LastIndexOf(':')]}:{Failed}";

    private static async Task<HashSet<string>> PruneAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var images = (await ListAsync(context, host, cancellationToken)).Where(IsOurs).ToList();
        // Old containers may still have requests to answer, from a release that is older than those kept.
        var used = (await StackContainers.ListWithStrangersAsync(context.Paths, context.Timeouts, host, cancellationToken)).Select(container => container.Release);
        var remaining = images.Select(ReleaseOf).Where(release => release != Failed).Distinct().OrderDescending(StringComparer.Ordinal).Take(PruneReleases.Kept)
            .Append(context.Release).Concat(used).ToHashSet();
        var old = images.Where(image => !remaining.Contains(ReleaseOf(image))).ToList();
        if (old.Count > 0)
        {
            var removed = await host.RunAsync(
                StackContainers.Quick(context, "remove old images", []) with
                {
                    Programs = [ImageCommands.Remove(old), ImageCommands.Prune(context.Paths)],
                    Deadline = context.Timeouts.Service,
                },
                onLine: null,
                cancellationToken);
            if (!removed.IsSuccess)
                await context.Log.WriteAsync(server.Name, Severity.Warning, $"Some old images stay: {string.Join('\n', removed.Tail)}");
        }
        return remaining;
    }

    private static Task<IReadOnlyList<string>> ListAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken) =>
        StackContainers.LinesAsync(context, host, "list images", DockerQueries.Images(context.Paths), cancellationToken);

    private static string ReleaseOf(string image) => image[(image.LastIndexOf(':') + 1)..];

    [GeneratedRegex($@":([0-9]{{14}}-[a-z0-9]+|{Failed})\z")]
    private static partial Regex OwnName();
}
