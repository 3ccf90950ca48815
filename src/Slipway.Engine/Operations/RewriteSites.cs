using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Writes nginx's sites of a stack anew, as for maintenance or another name; the release that serves goes on.</summary>
internal static class RewriteSites
{
    public static IReadOnlyList<Step<DeployContext>> Steps => [SiteCertificates.StepWhere(HasSiteAsync), .. WriteAndReload];

    private static IReadOnlyList<Step<DeployContext>> WriteAndReload { get; } =
    [
        new("write nginx's sites", (context, token) => context.OnWebServersAsync((server, host, cancel) => WriteAsync(context, server, host, cancel), token)),
        new("reload nginx", (context, token) => context.OnWebServersAsync((_, host, cancel) => ReloadAsync(context, host, cancel), token)),
    ];

    /// <summary>Puts the sites back to what the given context says, as far as servers can be reached.</summary>
    public static async Task RestoreAsync(DeployContext context, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var step in WriteAndReload)
                await step.RunAsync(context, cancellationToken);
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException)
        {
            await context.Log.WriteAsync("", Severity.Warning, $"A server may keep the site that it got until the next deployment: {exception.Message}");
        }
    }

    private static async Task WriteAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        if (!await HasSiteAsync(context, host, cancellationToken))
            return;
        if (!context.Wanted.IsDocker)
        {
            if (await LiveRun.FindAsync(context, host, cancellationToken) is { } run)
                await Switcher.PrepareAsync(context, server, run, cancellationToken);
            return;
        }
        // One that is down for a moment keeps its place: it comes back, and nobody writes the sites anew then.
        var serving = ContainerState.Serving(await StackContainers.ListAsync(context, host, cancellationToken), exceptRun: null);
        var sites = await SiteCertificates.WithPairAsync(context, server, host, SwitchContainers.SitesOf(context.Docker, serving), cancellationToken);
        await SwitchContainers.WriteSitesAsync(context, server, sites, [], cancellationToken);
    }

    private static async Task ReloadAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        if (await HasSiteAsync(context, host, cancellationToken))
            await Switcher.ReloadAsync(context, host, cancellationToken);
    }

    // A server that was added after the last deployment has no site yet.
    private static async Task<bool> HasSiteAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(context.Paths.NginxSite, cancellationToken) is not null;
}
