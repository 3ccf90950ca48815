using System.Text;
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
        var live = await host.ReadFileAsync(context.Paths.LiveRun, cancellationToken);
        if (live is not null)
            context.State.SetOldRun(server.Uid, Encoding.ASCII.GetString(live).Trim());
        var units = RunFiles.Units(context, server);
        var changed = await host.ApplyAsync([.. units, .. RunFiles.Own(context, server)], cancellationToken);
        var mustReload = units.Any(unit => changed.Contains(unit.Path));
        IReadOnlyList<IReadOnlyList<string>> reload = mustReload ? [SystemdCommands.DaemonReload] : [];
        var result = await host.RunAsync(
            new()
            {
                Name = "start units",
                Programs = [.. reload, SystemdCommands.Start(RunFiles.UnitNames(context, server))],
                Deadline = context.Timeouts.Query,
                IsRepeatable = true,
            },
            onLine: null,
            cancellationToken);
        result.EnsureSuccess();
    }
}
