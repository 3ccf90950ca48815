using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
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

    // What could not be put right is not tried for ever: people look at it, or deploy.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(15);

    /// <summary>Who asks for work that nobody asked for.</summary>
    public static readonly Requester Itself = new("slipway", "slipway");

    private readonly ServerLooks _looks = new(scopes, hosts, sights, timeouts, time, logger);
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
            .Where(server => server.Stack!.Framework == StackSpec.DockerFramework && (server.Containers.Count > 0
                || ((" " + server.Roles + " ").Contains(" " + ServerRoles.Docker + " ") && db.Deployments.Any(row => row.StackId == server.StackId && row.IsLive))))
            .AsSplitQuery().ToListAsync(cancellationToken);
        var busy = (await db.Actions.Where(action => action.FinishedAt == null && !action.IsBeside).Select(action => action.StackId).Distinct()
            .ToListAsync(cancellationToken)).ToHashSet();
        _looks.Keep(servers.Select(server => server.Id).ToHashSet());
        var looks = new ConcurrentBag<(Servers.Server Server, ServerLook? Look)>();
        await Parallel.ForEachAsync(servers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (server, token) =>
        {
            var look = await _looks.LookAsync(server, token);
            if (busy.Contains(server.StackId))
                return;
            looks.Add((server, look));
            // At once: another machine may take all its time not to answer.
            if (look is not null && look.Drift.Where(_suspects.Contains).Concat(look.Due).ToList() is { Count: > 0 } drift)
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
            // What is only due breaks nothing yet.
            if (drift.Any(_suspects.Contains))
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
    private async Task TellHealthAsync(Stack seen, IReadOnlyList<ServerLook?> looks, CancellationToken cancellationToken)
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

    [LoggerMessage(LogLevel.Warning, "Could not look at containers; trying again")]
    private partial void LogLookFailed(Exception exception);
}
