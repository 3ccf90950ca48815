using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Makes the stack's network and its volumes where they are not yet. Volumes are never removed by a deployment.</summary>
internal static class MakeNetwork
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((_, host, token) => MakeAsync(context, host, token), cancellationToken);

    private static async Task MakeAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        var paths = context.Paths;
        var found = await host.RunAsync(
            StackContainers.Quick(context, "look for the network", DockerCommands.FindNetwork(paths)), onLine: null, cancellationToken);
        if (!found.IsSuccess)
            await StackContainers.LinesAsync(context, host, "make the network", DockerCommands.CreateNetwork(paths), cancellationToken);
        foreach (var name in context.Docker.Services.SelectMany(service => service.Volumes).Select(volume => volume.Name).Distinct())
            await StackContainers.LinesAsync(context, host, "make a volume", DockerCommands.CreateVolume(paths, name), cancellationToken);
    }
}
