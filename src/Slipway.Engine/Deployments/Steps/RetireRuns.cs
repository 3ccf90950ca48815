using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Has each server end the old run when its last requests are answered; with it whatever an attempt left that could not be cleaned up.</summary>
internal static class RetireRuns
{
    /// <summary>
    /// From here on there is no way back: what fails later leaves the new release serving. It is a step of its own, so that it is journaled before
    /// anything of the old release is stopped.
    /// </summary>
    public static Step<DeployContext> CommitStep { get; } = new("keep the new release", (context, _) =>
    {
        context.State.IsSwitched = true;
        return Task.CompletedTask;
    });

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => RetireAsync(context, server, host, token), cancellationToken);

    // Requests may take as long as they are allowed to, and nobody waits for them: the server drains and stops the old run by itself. Should it be
    // kept from that, the next deployment finds the run's files and does it again.
    private static async Task RetireAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        foreach (var run in await ListAsync(context, host, context.Paths.Runs, cancellationToken))
        {
            if (run == context.Run)
                continue;
            await ForgetAtBootAsync(context, host, run, cancellationToken);
            IReadOnlyList<string> drain = NginxCommands.AwaitOldWorkers(context.Timeouts.Drain);
            await host.RunAsync(
                new()
                {
                    Name = $"retire {run}",
                    Programs = [drain, .. Stop(context, run), ["rm", "--recursive", "--force", "--", context.Paths.RunFiles(run)]],
                    Deadline = context.Timeouts.Drain * 3,
                    IsDetached = true,
                },
                onLine: null,
                cancellationToken);
            await context.SayAsync(server, $"Run {run} ends when its last requests are answered, after {context.Timeouts.Drain.TotalSeconds:0} s at the latest.");
        }
    }

    /// <summary>Stops all units of a run now and removes what belonged to it. Without a ticket: it must not need room for one, the disk may be full.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="host">The server.</param>
    /// <param name="run">The run to stop.</param>
    /// <param name="drain">Whether it may still have requests to answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task StopAsync(DeployContext context, IRemoteHost host, string run, bool drain, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<string>> wait = drain ? [NginxCommands.AwaitOldWorkers(context.Timeouts.Drain)] : [];
        var result = await host.RunAsync(
            new() { Name = $"stop {run}", Programs = [.. wait, .. Stop(context, run)], Deadline = context.Timeouts.Drain * 3, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        result.EnsureSuccess();
        await ForgetAtBootAsync(context, host, run, cancellationToken);
        await host.ApplyAsync([new Remove(context.Paths.RunFiles(run))], cancellationToken);
    }

    private static IReadOnlyList<IReadOnlyList<string>> Stop(DeployContext context, string run)
    {
        var units = SystemdCommands.UnitsOfRun(context.Paths.Slug, run);
        return [SystemdCommands.Stop(units), SystemdCommands.ResetFailed(units)];
    }

    private static async Task ForgetAtBootAsync(DeployContext context, IRemoteHost host, string run, CancellationToken cancellationToken)
    {
        var units = RunFiles.UnitNames(context.Paths, run, await ListAsync(context, host, context.Paths.RunFiles(run), cancellationToken));
        if (units.Count > 0)
            await host.ApplyAsync([.. units.Select(unit => new Remove(SystemdCommands.WantsLink(unit)))], cancellationToken);
    }

    /// <summary>Names in a directory. One that is not there has nothing in it.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(DeployContext context, IRemoteHost host, string directory, CancellationToken cancellationToken)
    {
        var (list, names) = await host.ReadAsync(
            new() { Name = "list", Programs = [["ls", "-1", "--", directory]], Deadline = context.Timeouts.Query, IsRepeatable = true }, cancellationToken);
        return list.IsSuccess ? names : [];
    }
}
