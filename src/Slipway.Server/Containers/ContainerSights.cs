using System.Collections.Concurrent;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Deployments.Docker;

namespace Slipway.Server.Containers;

/// <summary>What this node last saw of containers. Every node looks at all of them three times a minute, so nothing of it need outlive the node.</summary>
internal sealed class ContainerSights(TimeProvider time)
{
    // Some looks: one that fails is no reason to know nothing.
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<int, ServerSight> _servers = new();

    /// <summary>Takes in what is on a server, and which of that gets no requests on purpose.</summary>
    /// <returns>What is new of the containers that are to serve there.</returns>
    public IReadOnlyDictionary<string, ContainerSight> Note(
        int serverId, IReadOnlyCollection<string> wanted, IReadOnlyList<ContainerState> present, IReadOnlyDictionary<string, IReadOnlyList<int>> kept)
    {
        var (now, before) = (time.GetUtcNow(), _servers.GetValueOrDefault(serverId));
        var containers = present.Where(container => wanted.Contains(container.Id))
            .ToDictionary(container => container.Id, container => ContainerSight.After(before?.Containers.GetValueOrDefault(container.Id), container, now, kept.GetValueOrDefault(container.Id)));
        var strangers = present.Where(container => !container.IsOurs).ToList();
        _servers[serverId] = new(now, containers, strangers, [.. strangers.Where(stranger => before?.Strangers.Any(known => known.Id == stranger.Id) != true)]);
        return containers;
    }

    /// <summary>How a container is, as one of <see cref="StackHealth"/>, why, and when it was started last.</summary>
    public (int Health, string Message, DateTimeOffset StartedAt) Of(Container row)
    {
        var server = Fresh(row.ServerId);
        if (server?.Containers.GetValueOrDefault(row.Uid) is { } sight)
            return (sight.Health, sight.Message, sight.State.StartedAt);
        if (time.GetUtcNow() - row.UpdatedAt < Freshness)
            return (StackHealth.Healthy, "It was healthy when it came to serve, a moment ago.", row.StartedAt);
        return server is null
            ? (StackHealth.Unknown, "Its server has not been asked yet, or does not answer.", row.StartedAt)
            : (StackHealth.Impaired, "It is not on its server any more.", row.StartedAt);
    }

    /// <summary>Containers of the stack's images on a server that Slipway has not started.</summary>
    public IReadOnlyList<ContainerState> StrangersOn(int serverId) => Fresh(serverId)?.Strangers ?? [];

    /// <summary>Those of them that the look before the last did not show.</summary>
    public IReadOnlyList<ContainerState> NewStrangersOn(int serverId) => _servers.GetValueOrDefault(serverId)?.NewStrangers ?? [];

    /// <summary>Forgets all other servers.</summary>
    public void Keep(IReadOnlySet<int> serverIds)
    {
        foreach (var id in _servers.Keys.Where(id => !serverIds.Contains(id)))
            _servers.TryRemove(id, out _);
    }

    private ServerSight? Fresh(int serverId) =>
        _servers.GetValueOrDefault(serverId) is { } sight && time.GetUtcNow() - sight.Time < Freshness ? sight : null;

    private sealed record ServerSight(
        DateTimeOffset Time, IReadOnlyDictionary<string, ContainerSight> Containers, IReadOnlyList<ContainerState> Strangers, IReadOnlyList<ContainerState> NewStrangers);
}
