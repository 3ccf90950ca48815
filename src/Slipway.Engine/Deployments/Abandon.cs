using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>After a failure or a cancel: the old run serves as before, and what the attempt started is gone.</summary>
internal static class Abandon
{
    public static async Task RunAsync(DeployContext context, bool removeRelease, CancellationToken cancellationToken)
    {
        if (context.State.IsSwitched)
            return;
        foreach (var server in context.WebServers)
        {
            try
            {
                await CleanAsync(context, server, removeRelease, cancellationToken);
            }
            catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException)
            {
                await context.Log.WriteAsync(
                    server.Name, Severity.Warning, $"What the attempt left on the server stays there until the next deployment: {exception.Message}");
            }
        }
    }

    private static async Task CleanAsync(DeployContext context, ServerSpec server, bool removeRelease, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        if (context.State.OldRuns.TryGetValue(server.Uid, out var old) && old != context.Run)
            await SwitchBackAsync(context, host, old, cancellationToken);
        await RetireRuns.StopAsync(context, host, context.Run, drain: false, cancellationToken);
        if (removeRelease)
            await host.ApplyAsync([new Remove(context.ReleaseDirectory)], cancellationToken);
    }

    private static async Task SwitchBackAsync(DeployContext context, IRemoteHost host, string old, CancellationToken cancellationToken)
    {
        await Switcher.PrepareAsync(context, host, old, cancellationToken);
        await Switcher.ReloadAsync(context, host, cancellationToken);
        await Switcher.PinOldAsync(context, host, old, cancellationToken);
    }
}
