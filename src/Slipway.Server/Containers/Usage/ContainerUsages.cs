using System.Collections.Concurrent;
using Slipway.Contracts.Containers;
using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Server.Containers.Usage;

/// <summary>What containers use. Whoever asks within seconds of another gets the same answer: each look takes a server a second.</summary>
internal sealed class ContainerUsages(IRemoteHosts hosts, EngineTimeouts timeouts, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, Look> _looks = new();

    /// <param name="stackId">The stack.</param>
    /// <param name="rows">Its containers with their servers and stack.</param>
    /// <param name="cancellationToken">Ends the wait, not the look.</param>
    public Task<IReadOnlyList<ContainerUsage>> ReadAsync(int stackId, IReadOnlyList<Container> rows, CancellationToken cancellationToken)
    {
        foreach (var (id, old) in _looks)
            if (time.GetElapsedTime(old.Since) > Freshness)
                _looks.TryRemove(new(id, old));
        var look = _looks.GetOrAdd(stackId, _ => new(time.GetTimestamp(), new(() => LookAsync(rows))));
        return look.Usages.Value.WaitAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ContainerUsage>> LookAsync(IReadOnlyList<Container> rows)
    {
        var found = await Task.WhenAll(rows.GroupBy(row => row.ServerId).Select(group => LookAsync(group.First().Server!, [.. group])));
        return [.. found.SelectMany(usages => usages)];
    }

    private async Task<IReadOnlyList<ContainerUsage>> LookAsync(Servers.Server server, IReadOnlyList<Container> rows)
    {
        var machine = server.Machine!;
        var host = hosts.For(new(machine.Address, machine.Port, machine.UserName, server.Stack!.SshPrivateKey, machine.HostKey), RemoteScope.None);
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var (result, lines) = await MeasureAsync(host, rows, patience.Token);
            if (!result.IsSuccess)
            {
                // When one is gone, Docker tells of none.
                var present = await StackContainers.LookAsync(new(server.Stack!.Slug), timeouts, host, patience.Token);
                var left = rows.Where(row => present.Any(container => container.Id == row.Uid)).ToList();
                lines = left.Count == 0 ? [] : (await MeasureAsync(host, left, patience.Token)).Lines;
            }
            return
            [
                .. from stats in lines.Select(DockerStats.Parse)
                   where stats is not null
                   join row in rows on stats.Uid equals row.Uid
                   select new ContainerUsage(row.Uid, row.ServiceName, server.Name, stats.CpuPercent, stats.MemoryBytes, stats.MemoryLimitBytes),
            ];
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException or UserErrorException or OperationCanceledException)
        {
            // The others' numbers are worth showing; the server's own state is told elsewhere.
            return [];
        }
    }

    private Task<(RemoteResult Result, IReadOnlyList<string> Lines)> MeasureAsync(IRemoteHost host, IReadOnlyList<Container> rows, CancellationToken cancellationToken) => host.ReadAsync(
        new() { Name = "measure containers", Programs = [DockerCommands.Stats(rows.Select(row => row.Uid))], Deadline = timeouts.Query, IsRepeatable = true }, cancellationToken);

    private sealed record Look(long Since, Lazy<Task<IReadOnlyList<ContainerUsage>>> Usages);
}
