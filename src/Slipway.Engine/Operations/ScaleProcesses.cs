using Slipway.Engine.Commands;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Brings the live run's background processes to the number that each server is to have, now and after a reboot.</summary>
internal static class ScaleProcesses
{
    // A process that cannot live ends well before; systemd starts it again, which shows in its count.
    private static readonly IReadOnlyList<string> Settle = ["sleep", "2"];

    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("start and stop processes", (context, token) => context.OnWebServersAsync(
            (server, host, cancel) => ScaleAsync(context, server, host, cancel), token)),
    ];

    private static async Task ScaleAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        if (await LiveRun.FindAsync(context, host, cancellationToken) is not { } run)
            return;
        var paths = context.Paths;
        var wanted = RunFiles.ProcessFiles(context, server);
        var present = (await RetireRuns.ListAsync(context, host, paths.RunFiles(run), cancellationToken)).Where(name => IsProcess(context, name)).ToList();
        var (added, removed) = (wanted.Except(present).ToList(), present.Except(wanted).ToList());
        await StartAsync(context, server, host, run, [.. wanted.Select(file => paths.UnitOfFile(file, run))], cancellationToken);
        if (removed.Count > 0)
            await StopAsync(context, host, run, removed, cancellationToken);
        await context.SayAsync(server, $"{wanted.Count} processes run; {added.Count} were started and {removed.Count} stopped.");
    }

    private static bool IsProcess(DeployContext context, string file) => context.State.Plan.Processes.Keys.Any(name =>
        file.StartsWith($"{name}-", StringComparison.Ordinal) && file[(name.Length + 1)..].All(char.IsAsciiDigit));

    private static async Task StartAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, string run, IReadOnlyList<string> units, CancellationToken cancellationToken)
    {
        if (units.Count == 0)
            return;
        await host.ApplyAsync(
            [
                .. RunFiles.Units(context, server),
                .. RunFiles.ProcessScripts(context, server, run),
                .. units.Select(unit => new MakeLink(SystemdCommands.WantsLink(unit), SystemdCommands.TemplateFile(unit))),
            ],
            cancellationToken);
        var started = await host.RunAsync(
            Quick(context, "start processes", [SystemdCommands.DaemonReload, SystemdCommands.Start(units), Settle]), onLine: null, cancellationToken);
        started.EnsureSuccess();
        foreach (var unit in units)
        {
            var state = await host.RunAsync(Quick(context, "look at a process", [SystemdCommands.State(unit)]), onLine: null, cancellationToken);
            if (!state.EnsureSuccess().Tail.Contains("ActiveState=active"))
                throw new UserErrorException($"{unit} does not stay up on {server.Name}. Look at its output with: journalctl --unit={unit}");
        }
    }

    private static async Task StopAsync(DeployContext context, IRemoteHost host, string run, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var units = files.Select(file => context.Paths.UnitOfFile(file, run)).ToList();
        await host.ApplyAsync([.. units.Select(unit => new Remove(SystemdCommands.WantsLink(unit)))], cancellationToken);
        var stopped = await host.RunAsync(
            new()
            {
                Name = "stop processes",
                Programs = [.. units.Select(SystemdCommands.StopIfThere)],
                Deadline = context.Timeouts.Drain * 3,
                IsRepeatable = true,
            },
            onLine: null,
            cancellationToken);
        stopped.EnsureSuccess();
        // The file goes last: as long as it is there, a repetition finds the unit.
        await host.ApplyAsync([.. files.Select(file => new Remove($"{context.Paths.RunFiles(run)}/{file}"))], cancellationToken);
    }

    private static RemoteCommand Quick(DeployContext context, string name, IReadOnlyList<IReadOnlyList<string>> programs) =>
        new() { Name = name, Programs = programs, Deadline = context.Timeouts.Query, IsRepeatable = true };
}
