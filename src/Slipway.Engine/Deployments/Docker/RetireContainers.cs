using System.Globalization;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Has each server end the old containers when their last requests are answered, in the way that their own definition wants: the new one may lack the service.</summary>
internal static class RetireContainers
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await ServiceNames.SettleAsync(context, cancellationToken);
        await context.OnWebServersAsync((server, host, token) => RetireAsync(context, server, host, token), cancellationToken);
    }

    private static async Task RetireAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var plan = StackContainers.Plan(context, server, await StackContainers.ListAsync(context, host, cancellationToken));
        await host.ApplyAsync([new Remove($"{context.Paths.Configuration}/containers")], cancellationToken);
        await LetGoAsync(context, host, plan.Leaving, cancellationToken);
        foreach (var leaving in plan.Leaving.GroupBy(container => (container.Service, container.Release)))
        {
            await host.RunAsync(EndOf(context, [.. leaving]), onLine: null, cancellationToken);
            await context.SayAsync(server, $"{leaving.Count()} earlier containers of {leaving.Key.Service} end when their last requests are answered.");
        }
    }

    /// <summary>What comes before containers are stopped. Each of them has a signal once, however often it is told.</summary>
    public static IEnumerable<IReadOnlyList<string>> PreStop(IReadOnlyList<StopStep> sequence, IReadOnlyList<string> ids) => sequence.Select((step, index) =>
        step.Signal is { } signal ? DockerCommands.SignalOnce(ids, index, signal) : ["sleep", step.Seconds.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>A restart of the machine must not bring containers back that end, and what commands have left goes, too.</summary>
    public static Task LetGoAsync(DeployContext context, IRemoteHost host, IReadOnlyList<ContainerState> leaving, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<string>> unpin = leaving.Count > 0 ? [DockerQueries.Unpin(leaving.Select(container => container.Id))] : [];
        return StackContainers.ChangeAsync(
            context, host, StackContainers.Quick(context, "let go of what is over", []) with { Programs = [.. unpin, OneOffCommand.RemoveOld(context.Paths)] }, cancellationToken);
    }

    /// <summary>
    /// How containers of a service end. Nobody waits for it: the server does it by itself. Should it be kept from that, the next deployment finds the containers
    /// and does it again.
    /// </summary>
    public static RemoteCommand EndOf(DeployContext context, IReadOnlyList<ContainerState> leaving)
    {
        var (first, ids) = (leaving[0], leaving.Select(container => container.Id).ToList());
        var service = context.State.Plan.Docker?.Services.FirstOrDefault(service => service.Name == first.Service);
        var (sequence, grace) = (first.PreStopSequence ?? service?.PreStopSequence ?? [], first.StopGrace ?? service?.StopGrace ?? ServiceDefinition.DefaultStopGrace);
        return new()
        {
            Name = $"retire {first.Service} of {first.Release}",
            Programs =
            [
                NginxCommands.AwaitOldWorkers(context.Timeouts.Drain),
                .. PreStop(sequence, ids),
                DockerCommands.StopAndRemove(ids, grace),
                .. sequence.Count > 0 || service?.PreStartSignal is not null ? [DockerCommands.ForgetSignals(ids)] : (IEnumerable<IReadOnlyList<string>>)[],
            ],
            Deadline = context.Timeouts.Drain + TimeSpan.FromSeconds(sequence.Sum(step => step.Seconds) + (grace * ids.Count)) + Margin,
            IsDetached = true,
        };
    }
}
