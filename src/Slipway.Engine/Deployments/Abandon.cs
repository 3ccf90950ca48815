using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments;

/// <summary>After a failure or a cancel: the old run serves as before, and what the attempt started is gone.</summary>
internal static class Abandon
{
    public static async Task RunAsync(DeployContext context, bool removeRelease, CancellationToken cancellationToken)
    {
        if (context.Wanted.IsDocker)
            await AbandonContainers.RunAsync(context, removeRelease, cancellationToken);
        if (context.State.IsSwitched || context.Wanted.IsDocker)
            return;
        await Task.WhenAll(context.WebServers.Select(async server =>
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
        }));
    }

    private static async Task CleanAsync(DeployContext context, ServerSpec server, bool removeRelease, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        var live = await LiveRun.FindAsync(context, host, cancellationToken);
        var isPinned = live == context.Run;
        var old = isPinned ? context.State.OldRuns.GetValueOrDefault(server.Uid) : live;
        // Only a server whose old run was looked for came near the switch; the others' nginx is left alone, and nobody asks their new run.
        var isNear = isPinned || context.State.OldRuns.ContainsKey(server.Uid);
        if (old is null)
            await Switcher.TakeDownAsync(context, server, [], cancellationToken);
        else if (isNear && !await SwitchBackAsync(context, server, old, isPinned, cancellationToken))
            return;
        await RetireRuns.StopAsync(context, host, context.Run, drain: isNear, cancellationToken);
        if (removeRelease)
            await host.ApplyAsync([new Remove(context.ReleaseDirectory)], cancellationToken);
    }

    /// <summary>Says no when nginx may still send requests to the new run, which must then live on until the next deployment retires it.</summary>
    private static async Task<bool> SwitchBackAsync(
        DeployContext context, ServerSpec server, string old, bool isPinned, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        try
        {
            await Switcher.PrepareAsync(context, server, old, cancellationToken);
            await Switcher.ReloadAsync(context, host, cancellationToken);
        }
        catch (RemoteException) when (!context.State.IsPrepared)
        {
            // Its files are written anew, and nginx itself never heard of the new run: what it refuses now it refused then.
        }
        catch (RemoteException exception)
        {
            await context.Log.WriteAsync(
                server.Name, Severity.Warning, $"nginx keeps the configuration that it had, so the new release is left running: {exception.Message}");
            return false;
        }
        if (isPinned)
            await Switcher.PinOldAsync(context, server, host, old, cancellationToken);
        return true;
    }
}
