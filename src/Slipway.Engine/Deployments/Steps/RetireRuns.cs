using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Lets the old run end the requests it has, then stops it; with it whatever an attempt left that could not be cleaned up.</summary>
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

    private static async Task RetireAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var old = context.State.OldRuns.GetValueOrDefault(server.Uid);
        foreach (var run in await ListAsync(context, host, context.Paths.Runs, cancellationToken))
        {
            if (run != context.Run)
                await StopAsync(context, host, run, drain: run == old, isRepeatable: false, cancellationToken);
        }
    }

    /// <summary>Stops all units of a run and removes what belonged to it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="host">The server.</param>
    /// <param name="run">The run to stop.</param>
    /// <param name="drain">Whether it may still have requests to answer.</param>
    /// <param name="isRepeatable">Without a ticket: cleaning up must not need room for one, the disk may be full.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task StopAsync(
        DeployContext context, IRemoteHost host, string run, bool drain, bool isRepeatable, CancellationToken cancellationToken)
    {
        var units = SystemdCommands.UnitsOfRun(context.Paths.Slug, run);
        IReadOnlyList<IReadOnlyList<string>> wait = drain ? [NginxCommands.AwaitOldWorkers(context.Timeouts.Drain)] : [];
        var result = await host.RunAsync(
            new()
            {
                Name = $"stop {run}",
                Programs = [.. wait, SystemdCommands.Stop(units), SystemdCommands.ResetFailed(units)],
                Deadline = context.Timeouts.Drain * 3,
                IsRepeatable = isRepeatable,
            },
            onLine: null,
            cancellationToken);
        result.EnsureSuccess();
        var directory = context.Paths.RunFiles(run);
        var names = RunFiles.UnitNames(context.Paths, run, await ListAsync(context, host, directory, cancellationToken));
        await host.ApplyAsync([.. names.Select(unit => new Remove(SystemdCommands.WantsLink(unit))), new Remove(directory)], cancellationToken);
    }

    // A directory that is not there has nothing in it.
    private static async Task<IReadOnlyList<string>> ListAsync(DeployContext context, IRemoteHost host, string directory, CancellationToken cancellationToken)
    {
        var list = await host.RunAsync(
            new() { Name = "list", Programs = [["ls", "-1", "--", directory]], Deadline = context.Timeouts.Query, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        return list.IsSuccess ? list.Tail : [];
    }
}
