using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Installs the bundle into the shared directory; nothing is done where that very bundle was installed before.</summary>
internal static class InstallGems
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => InstallAsync(context, server, host, token), cancellationToken);

    private static async Task InstallAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var (paths, digest) = (context.Paths, Encoding.ASCII.GetBytes(context.State.Plan.BundleDigest));
        var marker = $"{paths.Shared}/bundle-digest";
        if ((await host.ReadFileAsync(marker, cancellationToken)).AsSpan().SequenceEqual(digest))
        {
            await context.SayAsync(server, "The bundle is as it was.");
            return;
        }
        // While gems change, the marker is away: a run that is cut off is made good by the next.
        await host.ApplyAsync([new Remove(marker)], cancellationToken);
        var result = await host.RunAsync(AppCommands.BundleInstall(context), onLine: null, cancellationToken);
        result.EnsureSuccess();
        await host.ApplyAsync([new WriteFile(marker, digest)], cancellationToken);
    }
}
