using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Server.Platform.Work;
using Slipway.Server.Services;
using Stack = Slipway.Server.Stacks.Stack;

namespace Slipway.Server.Containers;

/// <summary>
/// Looks whether the containers that are to serve are up, nginx hands requests to no others and the names of services lead to them, and has put right what is not so. Every node
/// looks; the transaction lets one of them queue the work.
/// </summary>
internal sealed partial class ContainerWatch(
    IServiceScopeFactory scopes, IRemoteHosts hosts, EngineTimeouts timeouts, TimeProvider time, ILogger<ContainerWatch> logger) : BackgroundService
{
    public const string RepairKind = "container_repair";
    private const int AtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // What could not be put right is not tried for ever: people look at it, or deploy.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);
    private static readonly Requester Itself = new("slipway", "slipway");

    // Down when last looked at. A machine that has just started needs a moment for its containers, so once is not enough.
    private HashSet<string> _suspects = [];

    /// <summary>Looks once at all stacks with nothing to do.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var servers = await db.Servers.AsNoTrackingWithIdentityResolution().Include(server => server.Machine).Include(server => server.Stack!.Servers).Include(server => server.Containers)
            .Where(server => server.Containers.Count > 0 && !server.Stack!.Actions.Any(action => action.FinishedAt == null))
            .AsSplitQuery().ToListAsync(cancellationToken);
        var (down, gate) = (new HashSet<string>(), new Lock());
        await Parallel.ForEachAsync(servers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (server, token) =>
        {
            var missing = await FindDownAsync(server, token);
            lock (gate)
                down.UnionWith(missing);
            // At once: another machine may take all its time not to answer.
            if (missing.Any(_suspects.Contains))
                await RepairAsync(server.StackId, token);
        });
        _suspects = down;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogLookFailed(exception);
            }
        }
    }

    // A machine that cannot be reached, or whose Docker cannot be understood, says nothing about its containers: they may well serve.
    private async Task<IReadOnlyList<string>> FindDownAsync(Servers.Server server, CancellationToken cancellationToken)
    {
        var (stack, machine) = (server.Stack!, server.Machine!);
        var host = hosts.For(
            new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        try
        {
            var paths = new StackPaths(stack.Slug);
            var up = (await StackContainers.ListAsync(paths, timeouts, host, late.Token)).Where(container => container.IsUp).ToList();
            var (ids, ports) = (up.Select(container => container.Id).ToHashSet(), up.SelectMany(container => container.Ports.Values).ToHashSet());
            var hasNames = up.Exists(container => container.KnowsNames) && stack.Servers.Count(other => other.HasRole(stack.CodeRole)) > 1;
            // A machine that vanished in the middle of a switch comes back with nginx handing requests to what was never to serve.
            var upstreams = await ReadAsync(host, paths.NginxUpstream, late.Token) + (hasNames ? await ReadAsync(host, paths.NginxStream, late.Token) : "");
            return
            [
                .. server.Containers.Select(container => container.Uid).Where(uid => !ids.Contains(uid)),
                .. ContainerSites.TargetsOf(upstreams).Where(port => !ports.Contains(port)).Select(port => FormattableString.Invariant($"{server.Uid}:{port}")),
                .. hasNames && await NameDrift.IsLackingAsync(paths, timeouts, host, late.Token) ? [$"{server.Uid}:names"] : (string[])[],
            ];
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException or UserErrorException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogUnknown(machine.Address, exception.Message);
            return [];
        }
    }

    private static async Task<string> ReadAsync(IRemoteHost host, string path, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(path, cancellationToken) is { } file ? Encoding.UTF8.GetString(file) : "";

    private async Task RepairAsync(int stackId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, queue) = (scope.ServiceProvider.GetRequiredService<AppDb>(), scope.ServiceProvider.GetRequiredService<ActionQueue>());
        if (await db.WriteAsync(StoreAsync, cancellationToken))
            queue.Wake(stackId);

        async Task<bool> StoreAsync(CancellationToken token)
        {
            var limit = time.GetUtcNow() - Pause;
            if (await db.Actions.AnyAsync(
                action => action.StackId == stackId
                    && (action.FinishedAt == null || (action.Kind == RepairKind && action.IsSuccess != true && action.FinishedAt > limit)),
                token))
                return false;
            Stack stack = await db.Stacks.FirstAsync(row => row.Id == stackId, token);
            stack.Health = StackHealth.Impaired;
            queue.Add(stack, RepairKind, RepairKind, ServiceChanges.NoContainers, Itself);
            await db.SaveChangesAsync(token);
            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Could not look at containers; trying again")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "What runs on {Address} is not known: {Reason}")]
    private partial void LogUnknown(string address, string reason);
}
