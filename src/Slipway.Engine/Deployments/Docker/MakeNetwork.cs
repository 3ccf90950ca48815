using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Provisioning.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Makes the stack's network and its volumes where they are not yet. Volumes are never removed by a deployment.</summary>
internal static class MakeNetwork
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => MakeAsync(context, server, host, token), cancellationToken);

    private static async Task MakeAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var (paths, stack) = (context.Paths, context.Stack);
        var network = new ContainerNetwork(paths, host, context.Timeouts);
        var networks = await network.EnsureAsync(cancellationToken);
        if (stack.HasContainersBesideDatabases(server) && await network.IsShutOutAsync(networks, cancellationToken))
            await context.Provisioner.SetUpDatabasesAsync(
                new ProvisionRun(stack, context.Hosts, context.Log) { Includes = other => other.Uid == server.Uid }, cancellationToken);
        foreach (var name in context.Docker.Services.SelectMany(service => service.Volumes).Select(volume => volume.Name).Distinct())
            await StackContainers.LinesAsync(context, host, "make a volume", DockerCommands.CreateVolume(paths, name), cancellationToken);
    }
}
