using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Lets the old run end the requests it has, then stops it.</summary>
internal static class RetireRuns
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) =>
        context.OnWebServersAsync((server, host, token) => RetireAsync(context, server, host, token), cancellationToken);

    private static Task RetireAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var old = context.State.OldRuns.GetValueOrDefault(server.Uid);
        return old is null || old == context.Run ? Task.CompletedTask : StopAsync(context, host, old, drain: true, cancellationToken);
    }

    /// <summary>Stops all units of a run and removes what belonged to it.</summary>
    public static async Task StopAsync(DeployContext context, IRemoteHost host, string run, bool drain, CancellationToken cancellationToken)
    {
        var units = SystemdCommands.UnitsOfRun(context.Paths.Slug, run);
        IReadOnlyList<IReadOnlyList<string>> wait = drain ? [NginxCommands.AwaitOldWorkers(context.Timeouts.Drain)] : [];
        var result = await host.RunAsync(
            new()
            {
                Name = $"stop {run}",
                Programs = [.. wait, SystemdCommands.Stop(units), SystemdCommands.ResetFailed(units)],
                Deadline = context.Timeouts.Drain * 3,
            },
            onLine: null,
            cancellationToken);
        result.EnsureSuccess();
        var directory = context.Paths.RunFiles(run);
        var links = await host.RunAsync(
            new() { Name = "list units", Programs = [["ls", "-1", directory]], Deadline = context.Timeouts.Query, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        var names = links.IsSuccess ? links.Tail.Where(name => name != "release") : [];
        await host.ApplyAsync([.. names.Select(name => new Remove(SystemdCommands.WantsLink(UnitOf(context.Paths, name, run)))), new Remove(directory)], cancellationToken);
    }

    private static string UnitOf(StackPaths paths, string name, string run) =>
        name == "web" ? paths.WebUnit(run) : paths.ProcessUnit(name, 1, run);
}
