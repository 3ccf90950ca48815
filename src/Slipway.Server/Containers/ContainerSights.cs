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

    /// <summary>Takes in what is on a server.</summary>
    /// <param name="serverId">The server.</param>
    /// <param name="wanted">The containers that are to serve there, as far as it was known: others may have come to serve meanwhile.</param>
    /// <param name="present">What Docker told of.</param>
    /// <param name="kept">Which of that gets no requests on purpose.</param>
    /// <param name="asked">When Docker was asked.</param>
    /// <returns>What is new of the wanted containers.</returns>
    public IReadOnlyDictionary<string, ContainerSight> Note(
        int serverId, IReadOnlySet<string> wanted, IReadOnlyList<ContainerState> present, IReadOnlyDictionary<string, IReadOnlyList<int>> kept, DateTimeOffset asked)
    {
        var before = _servers.GetValueOrDefault(serverId);
        var containers = present.Where(container => container.IsOurs)
            .ToDictionary(container => container.Id, container => ContainerSight.After(before?.Containers.GetValueOrDefault(container.Id), container, asked, kept.GetValueOrDefault(container.Id)));
        var strangers = present.Where(container => !container.IsOurs).ToList();
        _servers[serverId] = new(asked, containers, strangers, [.. strangers.Where(stranger => before?.Strangers.Any(known => known.Id == stranger.Id) != true)]);
        return containers.Where(container => wanted.Contains(container.Key)).ToDictionary();
    }

    /// <summary>How a container is, as one of <see cref="StackHealth"/>, why, and when it was started last.</summary>
    public (int Health, string Message, DateTimeOffset StartedAt) Of(Container row)
    {
        var server = Fresh(row.ServerId);
        if (server?.Containers.GetValueOrDefault(row.Uid) is { } sight)
            return (sight.Health, sight.Message, sight.State.StartedAt);
        // A look from before it came to serve need not show it.
        if ((server is null || server.Time <= row.UpdatedAt) && time.GetUtcNow() - row.UpdatedAt < Freshness)
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
