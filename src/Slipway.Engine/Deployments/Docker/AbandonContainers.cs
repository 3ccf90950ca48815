using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Host;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Deployments.Docker.Tls;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>After a failure or a cancel: the old containers serve as before, and what the attempt started is gone.</summary>
internal static class AbandonContainers
{
    public static async Task RunAsync(DeployContext context, bool removeRelease, CancellationToken cancellationToken)
    {
        if (context.State.IsSwitched)
            return;
        await Task.WhenAll(context.Wanted.CodeServers.Except(context.AbsentServers).Select(async server =>
        {
            try
            {
                await CleanAsync(context, server, context.Hosts(server), removeRelease, cancellationToken);
            }
            catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException)
            {
                await context.Log.WriteAsync(
                    server.Name, Severity.Warning, $"What the attempt left on the server stays there until the next deployment: {exception.Message}");
            }
        }));
    }

    private static async Task CleanAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, bool removeRelease, CancellationToken cancellationToken)
    {
        // First of all, for it makes room where a disk is full.
        await TidyAsync(context, server, () => host.ApplyAsync(
            [
                new Remove($"{context.Paths.Configuration}/containers"), new Remove(context.ReleaseDirectory), new Remove(context.Paths.ImageFiles),
                RegistrySession.Forget(context.Paths),
            ],
            cancellationToken));
        // Before Docker is installed nothing can have been left.
        if (await host.ReadFileAsync(DockerConfig.Path, cancellationToken) is null)
            return;
        if (context.Wanted.RunsCode(server))
            await BringBackAsync(context, server, host, cancellationToken);
        if (removeRelease)
            await TidyAsync(context, server, () => SetImagesAsideAsync(context, host, cancellationToken));
    }

    private static async Task BringBackAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var present = await StackContainers.ListAsync(context, host, cancellationToken);
        // Also of those that are down: a site whose upstream vanished would have nginx refuse every stack of the machine.
        await SwitchBackAsync(context, server, ContainerState.Serving(present, context.Run), cancellationToken);
        var own = present.Where(container => container.Run == context.Run).Select(container => container.Id).ToList();
        if (own.Count > 0)
            await TidyAsync(context, server, () => RemoveAsync(context, host, own, cancellationToken));
        await HostNetwork.BringBackAsync(context, host, present, cancellationToken);
    }

    // What nobody waits for must not keep the old containers from serving.
    private static async Task TidyAsync(DeployContext context, ServerSpec server, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is RemoteException or IOException or RemoteUnavailableException { Fault: RemoteFault.StorageFull })
        {
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"Something of the attempt stays on the server until the next deployment: {exception.Message}");
        }
    }

    private static async Task RemoveAsync(DeployContext context, IRemoteHost host, IReadOnlyList<string> own, CancellationToken cancellationToken)
    {
        if (context.State.IsPrepared || context.State.Names.Count > 0)
            await host.RunAsync(
                StackContainers.Quick(context, "let requests end", NginxCommands.AwaitOldWorkers(context.Timeouts.Drain)) with { Deadline = context.Timeouts.Drain * 2 },
                onLine: null,
                cancellationToken);
        await StackContainers.ChangeAsync(
            context,
            host,
            StackContainers.Quick(context, "remove the new containers", []) with
            {
                Programs = [DockerQueries.Unpin(own), DockerCommands.StopAndRemove(own, graceSeconds: 10)],
                Deadline = context.Timeouts.Drain * 3,
            },
            cancellationToken);
    }

    // Under their own name they would push a good release out of those that are kept; without any name, the next build would begin with nothing.
    private static async Task SetImagesAsideAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var images = await PruneImages.OfReleaseAsync(context, host, context.Release, cancellationToken);
        if (images.Count == 0)
            return;
        var moved = await host.RunAsync(
            StackContainers.Quick(context, "set the new images aside", []) with
            {
                Programs = [.. images.Select(image => ImageCommands.Tag(image, PruneImages.FailedName(image))), ImageCommands.Remove(images)],
                Deadline = context.Timeouts.Service,
            },
            onLine: null,
            cancellationToken);
        moved.EnsureSuccess();
    }

    private static async Task SwitchBackAsync(DeployContext context, ServerSpec server, IReadOnlyList<ContainerState> old, CancellationToken cancellationToken)
    {
        var (host, names) = (context.Hosts(server), ServiceNames.Former(context, server));
        var isTouched = context.State.FormerSites.TryGetValue(server.Uid, out var former);
        if (old.Count == 0 && former is { Site: null })
        {
            await Switcher.TakeDownAsync(context, server, names, cancellationToken);
            return;
        }
        try
        {
            if (former is { Site: { } site })
                await Switcher.PrepareAsync(
                    context, host, new(former.Upstream, site) { DefaultSite = former.DefaultSite, Others = names }, cancellationToken);
            else if (isTouched && old.Count > 0)
                // An earlier version labelled containers with ports of HTTPS that nginx did not offer.
                await SwitchContainers.WriteSitesAsync(
                    context, server, await SiteCertificates.WithPairAsync(context, server, host, SwitchContainers.SitesOf(old), cancellationToken), names, cancellationToken);
            else
                // It did not come near them.
                await host.ApplyAsync(names, cancellationToken);
        }
        catch (RemoteException) when (!context.State.IsPrepared)
        {
            // Its files are written anew, and nginx itself never heard of the new containers: what it refuses now it refused then.
            return;
        }
        // Containers that others require had their names before the switch.
        if (context.State.IsPrepared || context.State.Names.Count > 0)
            await Switcher.ReloadAsync(context, host, cancellationToken);
    }
}
