using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Host;

/// <summary>
/// In the server's network two releases cannot listen side by side. The earlier containers are stopped before the new ones start, and started
/// again when those turn out unfit; in between the service does not answer.
/// </summary>
internal static class HostNetwork
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    public static async Task MakeRoomAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, ServiceDefinition service, IReadOnlyList<ContainerState> leaving,
        CancellationToken cancellationToken)
    {
        var earlier = leaving.Where(container => container.Service == service.Name && container is { IsInHostNetwork: true, IsUp: true }).ToList();
        if (earlier.Count == 0)
            return;
        var ids = earlier.Select(container => container.Id).ToList();
        var (sequence, grace) = (earlier[0].PreStopSequence ?? service.PreStopSequence, earlier[0].StopGrace ?? service.StopGrace);
        await context.SayAsync(server, $"The earlier containers of {service.Name} stop first: the new ones take their place in the server's network.");
        var stopped = await host.RunAsync(
            StackContainers.Quick(context, $"make room for {service.Name}", []) with
            {
                Programs =
                [
                    .. RetireContainers.PreStop(sequence, ids),
                    DockerCommands.Stop(ids, grace),
                    // They may be started again, and have their signals another time.
                    DockerCommands.ForgetSignals(ids),
                ],
                Deadline = TimeSpan.FromSeconds(sequence.Sum(step => step.Seconds) + (grace * ids.Count)) + Margin,
            },
            onLine: null,
            cancellationToken);
        stopped.EnsureSuccess();
    }

    public static async Task BringBackAsync(DeployContext context, IRemoteHost host, IReadOnlyList<ContainerState> present, CancellationToken cancellationToken)
    {
        var ids = present.Where(container => container.Run != context.Run && container is { IsInHostNetwork: true, IsPinned: true, IsUp: false }).Select(container => container.Id).ToList();
        if (ids.Count > 0)
            await StackContainers.LinesAsync(context, host, "start the earlier containers", DockerCommands.Start(ids), cancellationToken);
    }
}
