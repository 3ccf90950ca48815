using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Asks the new web process itself, before anyone else does, and looks whether the background processes stay up.</summary>
internal static class CheckHealth
{
    /// <summary>The variable that names the path to ask for.</summary>
    public const string PathVariable = "HEALTH_CHECK_PATH";

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => CheckAsync(context, server, host, token), cancellationToken);

    private static async Task CheckAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var units = RunFiles.UnitNames(context, server);
        var probe = ProbeFor(context, server);
        var health = await host.ProbeAsync(probe, cancellationToken);
        if (!health.IsHealthy)
            throw await DescribeAsync(context, host, server, units[0], $"does not answer {probe.UrlPath} well: {health.Reason}", cancellationToken);
        foreach (var unit in units.Skip(1))
        {
            var state = await host.RunAsync(Read(context, SystemdCommands.State(unit)), onLine: null, cancellationToken);
            if (!state.EnsureSuccess().Tail.Contains("ActiveState=active") || !state.Tail.Contains("NRestarts=0"))
                throw await DescribeAsync(context, host, server, unit, "did not stay up", cancellationToken);
        }
        await context.SayAsync(server, $"The new release answers {probe.UrlPath} with {health.Status}.");
    }

    private static HttpProbe ProbeFor(DeployContext context, ServerSpec server)
    {
        var path = context.Variables(server).FirstOrDefault(variable => variable.Key == PathVariable).Value?.Reveal();
        return new()
        {
            SocketPath = context.Paths.WebSocket(context.Run),
            UrlPath = path ?? "/",
            HostName = context.Stack.HostNames is [var first, ..] ? first : server.Machine.Address,
            // Without a path of its own an application need not have a page at /, but it must not crash there.
            Healthy = path is null ? (200, 499) : (200, 399),
            Unit = context.Paths.WebUnit(context.State.Plan.IsCustomWeb, context.Run),
            Deadline = context.Timeouts.Health,
        };
    }

    private static async Task<UserErrorException> DescribeAsync(
        DeployContext context, IRemoteHost host, ServerSpec server, string unit, string what, CancellationToken cancellationToken)
    {
        var output = await host.RunAsync(Read(context, SystemdCommands.LastOutput(unit, lines: 40)), onLine: null, cancellationToken);
        return new($"The new release on {server.Name} {what}\nWhat {unit} printed last:\n{string.Join('\n', output.Tail)}");
    }

    private static RemoteCommand Read(DeployContext context, IReadOnlyList<string> program) =>
        new() { Name = program[0], Programs = [program], Deadline = context.Timeouts.Query, IsRepeatable = true };
}
