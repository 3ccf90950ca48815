using System.Collections.Concurrent;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Host;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Starts the containers that are missing beside those that serve, and waits until they are healthy: services that others require come first.</summary>
internal static class StartContainers
{
    private const int Attempts = 10;
    private const int AtOnce = 4;

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => RunAsync(context, isDeployment: false, cancellationToken);

    /// <summary>The same with the commands of a deployment: each runs when what its service requires is healthy, before the service's own containers start.</summary>
    public static Task RunWithCommandsAsync(DeployContext context, CancellationToken cancellationToken) => RunAsync(context, isDeployment: true, cancellationToken);

    private static async Task RunAsync(DeployContext context, bool isDeployment, CancellationToken cancellationToken)
    {
        var prepared = new ConcurrentDictionary<string, IReadOnlyList<ContainerState>>();
        await context.OnWebServersAsync(async (server, host, token) => prepared[server.Uid] = await PrepareAsync(context, server, host, token), cancellationToken);
        // New containers know no other names, and may ask at their start for whatever serves.
        if (context.State.Names.Values.Any(names => names.Before is null))
            await ServiceNames.IntroduceAsync(context, isLast: false, cancellationToken);
        var waves = context.Docker.Waves();
        foreach (var wave in waves)
        {
            var hasCommands = isDeployment && RunCommands.HasAny(context, wave);
            if (hasCommands)
                await RunCommands.RunAsync(context, wave, cancellationToken);
            var started = new ConcurrentDictionary<string, IReadOnlyList<ContainerState>>();
            // Those of later waves may have waited long for the ones before, and the first for its commands.
            await context.OnWebServersAsync(
                async (server, host, token) => started[server.Uid] = await StartAsync(
                    context, server, host, wave, wave == waves[0] && !hasCommands ? prepared[server.Uid] : await StackContainers.ListAsync(context, host, token), token),
                cancellationToken);
            // Before they are checked: those that start together may need each other to be well.
            await ServiceNames.IntroduceAsync(context, isLast: wave == waves[^1] && wave.Count == 1, cancellationToken);
            await context.OnWebServersAsync((server, host, token) => CheckAsync(context, server, host, wave, started[server.Uid], token), cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<ContainerState>> PrepareAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        await FormerSites.RememberAsync(context, server, host, cancellationToken);
        var present = await StackContainers.ListAsync(context, host, cancellationToken);
        // What an earlier run of this very step, cut off by a crash, has left. A command of it goes on meanwhile.
        var half = present.Where(container => container.Run == context.Run && !container.IsUp && !RunCommands.IsOfOne(context, container)).ToList();
        if (half.Count > 0)
            await StackContainers.LinesAsync(context, host, "remove what was half started", DockerCommands.Remove(half.Select(container => container.Id)), cancellationToken);
        present = [.. present.Except(half)];
        var next = StackContainers.Plan(context, server, present).Missing.Select(next => next.Service).Distinct().ToList();
        foreach (var service in next)
            HostLeave.RequireRoom(server, service);
        await HostLeave.RequireAsync(context, server, host, next, cancellationToken);
        return present;
    }

    private static async Task<IReadOnlyList<ContainerState>> StartAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<ServiceDefinition> wave, IReadOnlyList<ContainerState> present,
        CancellationToken cancellationToken)
    {
        var plan = StackContainers.Plan(context, server, present);
        var missing = plan.Missing.Where(next => wave.Contains(next.Service)).ToList();
        foreach (var service in missing.Select(next => next.Service).Distinct().Where(service => service.PreStartSignal is not null))
            await SignalAsync(context, host, service, plan.Leaving, cancellationToken);
        foreach (var service in missing.Select(next => next.Service).Distinct().Where(service => service.UsesHostNetwork))
            await HostNetwork.MakeRoomAsync(context, server, host, service, plan.Leaving, cancellationToken);
        var taken = present.SelectMany(container => container.Ports.Values).ToHashSet();
        // One that fails leaves the others to their end: a start that is cut off may still come about when all is cleaned up.
        foreach (var some in missing.Chunk(AtOnce))
            await Task.WhenAll(some.Select(next => StartAsync(context, server, host, StackContainers.New(context, next.Service, next.Number), taken, cancellationToken)));
        return missing.Count > 0 ? await StackContainers.ListAsync(context, host, cancellationToken) : present;
    }

    private static Task CheckAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<ServiceDefinition> wave, IReadOnlyList<ContainerState> started,
        CancellationToken cancellationToken) => Task.WhenAll(
            from container in started
            where container.Run == context.Run
            join service in wave on container.Service equals service.Name
            select ContainerHealth.CheckAsync(context, server, host, service, container, cancellationToken));

    private static async Task SignalAsync(
        DeployContext context, IRemoteHost host, ServiceDefinition service, IReadOnlyList<ContainerState> leaving, CancellationToken cancellationToken)
    {
        var running = leaving.Where(container => container.Service == service.Name && container is { IsPinned: true, IsUp: true })
            .Select(container => container.Id).ToList();
        if (running.Count > 0)
            await StackContainers.LinesAsync(
                context, host, "send pre_start_signal", DockerCommands.SignalOnce(running, $"start-{context.Run}", service.PreStartSignal!), cancellationToken);
    }

    private static async Task StartAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, NewContainer container, HashSet<int> taken, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var listeners = attempt == 0 ? [] : await StackContainers.LinesAsync(context, host, "see which ports are taken", Listeners.List, cancellationToken);
            var placed = container with { HostPorts = TakePorts(container, taken, listeners, attempt) };
            var start = StackContainers.Quick(context, "start a container", placed.Start()) with { Deadline = context.Timeouts.Service };
            var result = (await host.RunAsync(start, onLine: null, cancellationToken)).EnsureEnded();
            if (result.IsSuccess)
                return;
            // Somebody else may have the port, or this very container was made before an answer was lost.
            var isTaken = result.Tail.Any(line => line.Contains("already in use", StringComparison.Ordinal) || line.Contains("already allocated", StringComparison.Ordinal));
            if (!isTaken || attempt == Attempts)
                throw new UserErrorException($"The service {container.Service.Name} does not start on {server.Name}. Docker says:\n{string.Join('\n', result.Tail.Where(line => !line.Contains(" run --help", StringComparison.Ordinal)))}");
            // The answer was lost: it may be in the middle of what it does at its start.
            if (await StackContainers.FindAsync(context, host, container.Name, cancellationToken) is { IsUp: true } started && started.Run == context.Run)
                return;
            await host.RunAsync(StackContainers.Quick(context, "remove the container", DockerCommands.Remove([container.Name])), onLine: null, cancellationToken);
        }
    }

    // Others may be about to start beside it.
    private static IReadOnlyDictionary<int, int> TakePorts(NewContainer container, HashSet<int> taken, IReadOnlyList<string> listeners, int attempt)
    {
        lock (taken)
        {
            taken.UnionWith(listeners.Select(line => Listeners.Read(line).Port));
            var ports = HostPorts.Choose(container.Name, [.. container.Service.UsesHostNetwork ? [] : container.Service.Ports.Select(port => port.Container)], taken, attempt);
            taken.UnionWith(ports.Values);
            return ports;
        }
    }
}
