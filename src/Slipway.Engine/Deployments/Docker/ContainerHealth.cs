using System.Diagnostics;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Asks a new container itself, before anyone else does.</summary>
internal static class ContainerHealth
{
    private const int LinesShown = 40;

    // Most answer well before. Only then is it looked whether the container still lives.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    // One that cannot live ends well before.
    private static readonly IReadOnlyList<string> Settle = ["sleep", "2"];

    public static async Task CheckAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, ServiceDefinition service, ContainerState container, CancellationToken cancellationToken)
    {
        var problem = service.Health.Kind is HealthKind.Automatic && container.Health is not null
            ? await FollowOwnCheckAsync(context, host, container, cancellationToken)
            : ProbeFor(context, server, service, container) is { } probe
                ? await ProbeAsync(context, host, container, probe, cancellationToken)
                : await SettleAsync(context, host, container, cancellationToken);
        if (problem is null)
        {
            await context.SayAsync(server, $"{service.Name} is healthy in {container.Id[..12]}.");
            return;
        }
        throw await RefusalAsync(context, server, host, container, problem, cancellationToken);
    }

    /// <summary>Refuses to go on where one that is to serve has ended since it was asked: others may have taken their time.</summary>
    public static async Task RequireAllUpAsync(DeployContext context, ServerSpec server, IRemoteHost host, ContainerPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Serving.Concat(plan.Lost).FirstOrDefault(container => !container.IsUp) is { } ended)
            throw await RefusalAsync(context, server, host, ended, Ending(ended), cancellationToken);
    }

    private static async Task<UserErrorException> RefusalAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, ContainerState container, string problem, CancellationToken cancellationToken)
    {
        var output = await host.RunAsync(
            StackContainers.Quick(context, "read its output", DockerCommands.LastOutput(container.Id, LinesShown)), onLine: null, cancellationToken);
        return new(
            $"The {(container.Run == context.Run ? "new " : "")}container of {container.Service} on {server.Name} {problem}\nWhat it printed last:\n{(output.Tail.Count > 0 ? string.Join('\n', output.Tail) : "(nothing)")}");
    }

    /// <summary>How the container is asked; null when there is nothing to ask.</summary>
    private static HttpProbe? ProbeFor(DeployContext context, ServerSpec server, ServiceDefinition service, ContainerState container)
    {
        var port = service.Ports.FirstOrDefault(port => port.Offers.Any()) ?? (service.Ports is [var first, ..] ? first : null);
        if (service.Health.Kind is HealthKind.None || port is null || container.Address.Length == 0)
            return null;
        var isHttp = service.Health.Kind is HealthKind.Http || (service.Health.Kind is HealthKind.Automatic && port.Offers.Any());
        return new()
        {
            // Not the published port: there the engine accepts connections for whoever is behind.
            TcpAddress = FormattableString.Invariant($"{container.Address}:{port.Container}"),
            UrlPath = isHttp ? service.Health.Path : "",
            HostName = context.Stack.HostNames is [var name, ..] ? name : server.Machine.Address,
            // Without a path of its own an application need not have a page at /, but it must not crash there.
            Healthy = service.Health.Kind is HealthKind.Http ? (200, 399) : (200, 499),
            Deadline = context.Timeouts.Health,
        };
    }

    private static async Task<string?> ProbeAsync(
        DeployContext context, IRemoteHost host, ContainerState container, HttpProbe probe, CancellationToken cancellationToken)
    {
        if (await host.ProbeAsync(probe with { Deadline = Moment }, cancellationToken) is { IsHealthy: true })
            return null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var probing = host.ProbeAsync(probe, either.Token);
        var ending = AwaitEndAsync(context, host, container, either.Token);
        var isEnded = await Task.WhenAny(probing, ending) == ending;
        await either.CancelAsync();
        await Task.WhenAll(SettledAsync(probing), SettledAsync(ending));
        cancellationToken.ThrowIfCancellationRequested();
        if (isEnded)
            return await DescribeEndAsync(context, host, container, cancellationToken);
        var health = await probing;
        return health.IsHealthy ? null : $"does not answer{(probe.UrlPath is { Length: > 0 } path ? $" {path}" : "")} well: {health.Reason}";
    }

    private static async Task AwaitEndAsync(DeployContext context, IRemoteHost host, ContainerState container, CancellationToken cancellationToken)
    {
        while (await StackContainers.FindAsync(context, host, container.Id, cancellationToken) is { IsUp: true })
            await StackContainers.LinesAsync(context, host, "wait", ["sleep", "1"], cancellationToken);
    }

    private static async Task SettledAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static async Task<string?> SettleAsync(DeployContext context, IRemoteHost host, ContainerState container, CancellationToken cancellationToken)
    {
        await StackContainers.LinesAsync(context, host, "let it settle", Settle, cancellationToken);
        return await StackContainers.FindAsync(context, host, container.Id, cancellationToken) is { Status: "running" }
            ? null
            : await DescribeEndAsync(context, host, container, cancellationToken);
    }

    // Docker asks for the first time when the check's interval has passed, which may be minutes; it is asked here meanwhile.
    private static async Task<string?> FollowOwnCheckAsync(DeployContext context, IRemoteHost host, ContainerState container, CancellationToken cancellationToken)
    {
        var check = container.OwnCheck;
        for (var left = context.Timeouts.Health + (check?.StartPeriod ?? default); left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            switch (await StackContainers.FindAsync(context, host, container.Id, cancellationToken))
            {
                case { Status: "running", Health: "healthy" }:
                    return null;
                case { Status: "running", Health: "unhealthy" }:
                    return "is unhealthy by the check of its image.";
                case { Status: "running" }:
                    var watch = Stopwatch.StartNew();
                    var asked = check is null ? null : await host.RunAsync(
                        StackContainers.Quick(context, "run its check", DockerCommands.RunInside(container.Id, check.Program)) with { Deadline = check.Patience }, onLine: null, cancellationToken);
                    if (asked is { IsSuccess: true })
                        return null;
                    // What hangs would be left behind in the container each time.
                    check = asked is { Outcome: RemoteOutcome.TimedOut } ? null : check;
                    left -= watch.Elapsed;
                    await StackContainers.LinesAsync(context, host, "wait", ["sleep", "1"], cancellationToken);
                    break;
                default:
                    return await DescribeEndAsync(context, host, container, cancellationToken);
            }
        }
        return "did not become healthy by the check of its image in time.";
    }

    private static async Task<string> DescribeEndAsync(DeployContext context, IRemoteHost host, ContainerState container, CancellationToken cancellationToken) =>
        await StackContainers.FindAsync(context, host, container.Id, cancellationToken) is { } ended
            ? Ending(ended)
            : "is gone.";

    private static string Ending(ContainerState ended) => FormattableString.Invariant($"ended with exit code {ended.ExitCode}.");
}
