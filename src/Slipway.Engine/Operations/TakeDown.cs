using Slipway.Engine.Commands;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Removes a stack from servers: its sites, units, databases and files. Other stacks of a machine, and what all share, stay.</summary>
/// <param name="serverUids">The servers to clean.</param>
/// <param name="withData">Whether databases and uploaded files go too; otherwise they stay, and nobody can sign in to them.</param>
/// <param name="force">Whether a machine that cannot be reached, or whose programs fail, is left as it is; otherwise that is a failure.</param>
internal sealed class TakeDown(IReadOnlyCollection<string> serverUids, bool withData, bool force)
{
    public IReadOnlyList<Step<DeployContext>> Steps =>
    [
        new("take the sites down", OnServers(TakeSiteDownAsync)),
        new("stop the processes", OnServers(StopAsync)) { Deadline = TimeSpan.FromHours(1) },
        new("remove databases and files", OnServers((context, server, token) => context.Provisioner.RemoveAsync(
            new(context.Wanted, context.Hosts, context.Log) { Includes = other => other.Uid == server.Uid }, withData, token))),
    ];

    private static Task TakeSiteDownAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken) =>
        context.Wanted.RunsCode(server) ? Switcher.TakeDownAsync(context, server, [], cancellationToken) : Task.CompletedTask;

    private Task StopAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken) =>
        !context.Wanted.RunsCode(server) ? Task.CompletedTask
        : context.Wanted.IsDocker ? EndContainersAsync(context, server, cancellationToken)
        : StopUnitsAsync(context, server, cancellationToken);

    // While they end they may need each other, by name.
    private async Task EndContainersAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken)
    {
        await EndContainers.RunAsync(context, server, force, cancellationToken);
        var host = context.Hosts(server);
        if ((await host.ApplyAsync([new Remove(context.Paths.NginxStream)], cancellationToken)).Count > 0)
            await Switcher.ReloadAsync(context, host, cancellationToken);
    }

    private static async Task StopUnitsAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken)
    {
        var (host, units) = (context.Hosts(server), SystemdCommands.UnitsOfStack(context.Paths.Slug));
        var stopped = await host.RunAsync(
            new()
            {
                Name = "stop the processes",
                Programs = [NginxCommands.AwaitOldWorkers(context.Timeouts.Drain), SystemdCommands.Stop(units), SystemdCommands.ResetFailed(units)],
                Deadline = context.Timeouts.Drain * 3,
            },
            onLine: null,
            cancellationToken);
        stopped.EnsureSuccess();
        List<string> files = [];
        foreach (var directory in new[] { SystemdCommands.WantsDirectory, SystemdCommands.UnitDirectory })
            files.AddRange((await RetireRuns.ListAsync(context, host, directory, cancellationToken)).Where(IsOurs).Select(name => $"{directory}/{name}"));
        await host.ApplyAsync([.. files.Select(file => new Remove(file))], cancellationToken);
        var reloaded = await host.RunAsync(
            new() { Name = "reload systemd", Programs = [SystemdCommands.DaemonReload], Deadline = context.Timeouts.Query, IsRepeatable = true },
            onLine: null,
            cancellationToken);
        reloaded.EnsureSuccess();

        bool IsOurs(string name) => name.StartsWith($"slipway-{context.Paths.Slug}-", StringComparison.Ordinal) && name.Contains('@', StringComparison.Ordinal);
    }

    private Func<DeployContext, CancellationToken, Task> OnServers(Func<DeployContext, ServerSpec, CancellationToken, Task> work) =>
        (context, token) => SideBySide.RunAsync(
            context.Wanted.Servers.Where(server => serverUids.Contains(server.Uid)),
            async (server, cancel) =>
            {
                try
                {
                    await work(context, server, cancel);
                }
                catch (Exception exception) when (force && exception is RemoteException or RemoteUnavailableException { Fault: not RemoteFault.Fenced })
                {
                    await context.Log.WriteAsync(server.Name, Severity.Warning, $"Left as it is: {exception.Message}");
                }
                catch (RemoteUnavailableException exception) when (exception.Fault is not RemoteFault.Fenced)
                {
                    throw new UserErrorException(
                        $"{exception.Message}\nWhen {server.Name} will not come back, ask again with force=1: then it is left as it is.", exception);
                }
            },
            token);
}
