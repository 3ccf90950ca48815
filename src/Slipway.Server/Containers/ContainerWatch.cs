using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Drift;
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
    IServiceScopeFactory scopes, IRemoteHosts hosts, ContainerSights sights, EngineTimeouts timeouts, TimeProvider time, ILogger<ContainerWatch> logger) : BackgroundService
{
    public const string RepairKind = "container_repair";
    private const int AtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // What could not be put right is not tried for ever: people look at it, or deploy.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);
    private static readonly Requester Itself = new("slipway", "slipway");

    private readonly Lock _gate = new();

    // Mending that is of no use is not repeated for ever either.
    private const int MostOfAKind = 3;

    // Not well when last looked at. A machine that has just started needs a moment for its containers, so once is not enough.
    private HashSet<string> _suspects = [];

    // What was had put right, and when.
    private List<(string Fault, DateTimeOffset Time)> _repairs = [];

    /// <summary>Looks once at all servers that run containers. Where there is work on the stack's containers, it is only looked at how these are.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var servers = await db.Servers.AsNoTrackingWithIdentityResolution().Include(server => server.Machine).Include(server => server.Stack!.Servers).Include(server => server.Containers)
            .Include(server => server.ProcessCounts)
            .Where(server => server.Stack!.Framework == StackSpec.DockerFramework && (server.Containers.Count > 0 || server.ProcessCounts.Any(wanted => wanted.Count > 0)))
            .AsSplitQuery().ToListAsync(cancellationToken);
        var busy = (await db.Actions.Where(action => action.FinishedAt == null && !action.IsBeside).Select(action => action.StackId).Distinct()
            .ToListAsync(cancellationToken)).ToHashSet();
        sights.Keep(servers.Select(server => server.Id).ToHashSet());
        var looks = new ConcurrentBag<(Servers.Server Server, Look? Look)>();
        await Parallel.ForEachAsync(servers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (server, token) =>
        {
            var look = await LookAtAsync(server, token);
            if (busy.Contains(server.StackId))
                return;
            looks.Add((server, look));
            // At once: another machine may take all its time not to answer.
            if (look?.Drift.Where(_suspects.Contains).ToList() is { Count: > 0 } drift)
                await RepairAsync(server.StackId, drift, token);
        });
        foreach (var stack in looks.GroupBy(look => look.Server.StackId))
            await TellHealthAsync(stack.First().Server.Stack!, [.. stack.Select(each => each.Look)], cancellationToken);
        _suspects = looks.SelectMany(each => each.Look?.Faults ?? []).ToHashSet();
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
    private async Task<Look?> LookAtAsync(Servers.Server server, CancellationToken cancellationToken)
    {
        var (stack, machine) = (server.Stack!, server.Machine!);
        var host = hosts.For(
            new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey), RemoteScope.None);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        try
        {
            var missed = await ReadAsync(db => PassedOver.FindAsync(db, server, late.Token));
            if (server.Containers.Count == 0 && missed.Count == 0)
                return new([], []);
            var (paths, wanted) = (new StackPaths(stack.Slug), server.Containers.Select(container => container.Uid).ToHashSet());
            var present = await StackContainers.ListWithStrangersAsync(paths, timeouts, host, late.Token);
            var (own, seen) = (present.Where(container => container.IsOurs).ToList(), sights.Note(server.Id, wanted, present));
            var hasNames = own.Exists(container => container is { IsUp: true, KnowsNames: true }) && stack.Servers.Count(other => other.HasRole(stack.CodeRole)) > 1;
            var upstreams = await TextOfAsync(host, paths.NginxUpstream, late.Token) + (hasNames ? await TextOfAsync(host, paths.NginxStream, late.Token) : "");
            var lacksNames = hasNames && await NameDrift.IsLackingAsync(paths, timeouts, host, late.Token);
            foreach (var stranger in sights.NewStrangersOn(server.Id))
                LogStranger(stranger.Name, stranger.Image, machine.Address);
            var failed = await ReadAsync(db => FailedRuns.FindAsync(db, stack.Id, ServerDrift.RunsToLookUp(wanted, own), late.Token));
            var drift = ServerDrift.Find(wanted, own, ContainerSites.TargetsOf(upstreams).ToHashSet(), failed)
                .Concat(missed.Select(service => $"number of {service}")).Concat(lacksNames ? ["names"] : []);
            return new([.. drift.Select(fault => $"{server.Uid}: {fault}")], [.. seen.Where(sight => sight.Value.Problem is not null).Select(sight => $"{server.Uid}: {sight.Key} is ill")]);
        }
        // Whatever it is, the other servers are looked at.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnknown(machine.Address, exception.Message);
            return null;
        }
    }

    // Machines are looked at side by side, and a context serves one at a time.
    private async Task<T> ReadAsync<T>(Func<AppDb, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await read(scope.ServiceProvider.GetRequiredService<AppDb>());
    }

    private static async Task<string> TextOfAsync(IRemoteHost host, string path, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(path, cancellationToken) is { } file ? Encoding.UTF8.GetString(file) : "";

    private async Task RepairAsync(int stackId, IReadOnlyList<string> drift, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, queue) = (scope.ServiceProvider.GetRequiredService<AppDb>(), scope.ServiceProvider.GetRequiredService<ActionQueue>());
        var (now, limit) = (time.GetUtcNow(), time.GetUtcNow() - Pause);
        if (!await db.WriteAsync(StoreAsync, cancellationToken))
            return;
        lock (_gate)
            _repairs = [.. _repairs.Where(repair => repair.Time > limit), .. drift.Select(fault => (fault, now))];
        queue.Wake(stackId);

        async Task<bool> StoreAsync(CancellationToken token)
        {
            if (await IsBusyAsync(db, stackId, token))
                return false;
            Stack stack = await db.Stacks.FirstAsync(row => row.Id == stackId, token);
            stack.Health = StackHealth.Impaired;
            var isDue = drift.Any(IsWorthwhile) && !await db.Actions.AnyAsync(
                action => action.StackId == stackId && action.Kind == RepairKind && action.IsSuccess != true && action.FinishedAt > limit, token);
            if (isDue)
                queue.Add(stack, RepairKind, RepairKind, ServiceChanges.NoContainers, Itself);
            await db.SaveChangesAsync(token);
            return isDue;
        }

        bool IsWorthwhile(string fault)
        {
            lock (_gate)
                return _repairs.Count(repair => repair.Fault == fault && repair.Time > limit) < MostOfAKind;
        }
    }

    // Those that Docker starts again and again nobody can put right here; and who mends by hand need not deploy for the stack to be healthy.
    private async Task TellHealthAsync(Stack seen, IReadOnlyList<Look?> looks, CancellationToken cancellationToken)
    {
        var health = looks.Any(look => look?.Ill.Any(_suspects.Contains) == true) ? StackHealth.Impaired
            : looks.All(look => look?.Faults.Any() == false) ? StackHealth.Healthy
            : seen.Health;
        if (health == seen.Health || seen.Health is not (StackHealth.Healthy or StackHealth.Impaired))
            return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        await db.WriteAsync(StoreAsync, cancellationToken);

        async Task<bool> StoreAsync(CancellationToken token)
        {
            var stack = await db.Stacks.FirstOrDefaultAsync(row => row.Id == seen.Id && row.Health == seen.Health, token);
            if (stack is null || await IsBusyAsync(db, stack.Id, token))
                return false;
            stack.Health = health;
            await db.SaveChangesAsync(token);
            return true;
        }
    }

    // What runs beside changes no containers that serve.
    private static Task<bool> IsBusyAsync(AppDb db, int stackId, CancellationToken cancellationToken) =>
        db.Actions.AnyAsync(action => action.StackId == stackId && action.FinishedAt == null && !action.IsBeside, cancellationToken);

    /// <summary>What is not well on a server: what is to be put right, and containers that are ill though Docker does what it can.</summary>
    private sealed record Look(IReadOnlyList<string> Drift, IReadOnlyList<string> Ill)
    {
        public IEnumerable<string> Faults => Drift.Concat(Ill);
    }

    [LoggerMessage(LogLevel.Warning, "Could not look at containers; trying again")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(LogLevel.Information, "What runs on {Address} is not known: {Reason}")]
    private partial void LogUnknown(string address, string reason);

    [LoggerMessage(LogLevel.Information, "The container {Name} of the image {Image} on {Address} was not started by Slipway, and is left alone")]
    private partial void LogStranger(string name, string image, string address);
}
