using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Starts the release's units beside those that serve.</summary>
internal static class StartRun
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => StartAsync(context, server, host, token), cancellationToken);

    private static async Task StartAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        if (await LiveRun.FindAsync(context, host, cancellationToken) is { } live)
            context.State.SetOldRun(server.Uid, live);
        var units = RunFiles.Units(context, server);
        var changed = await host.ApplyAsync([.. units, .. RunFiles.Own(context, server)], cancellationToken);
        if (units.Any(unit => changed.Contains(unit.Path)))
        {
            var reloaded = await host.RunAsync(Switcher.Quick(context, "reload systemd", SystemdCommands.DaemonReload), onLine: null, cancellationToken);
            reloaded.EnsureSuccess();
        }
        // Whether a process that ends at once fails its start already is a matter of chance. The health check judges, and shows what it printed.
        await host.RunAsync(Switcher.Quick(context, "start units", SystemdCommands.Start(RunFiles.UnitNames(context, server))), onLine: null, cancellationToken);
    }
}
