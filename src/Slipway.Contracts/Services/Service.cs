using Slipway.Contracts.Containers;

namespace Slipway.Contracts.Services;

/// <summary>A service of a Docker stack.</summary>
public sealed record Service
{
    public required string Name { get; init; }

    /// <summary>The containers that serve.</summary>
    public required IReadOnlyList<Container> Containers { get; init; }

    /// <summary>How many containers are wanted, by the uids of servers.</summary>
    public required IReadOnlyDictionary<string, int> ServerCount { get; init; }
}

/// <summary>How many containers of a service are wanted.</summary>
public sealed record ScaleService
{
    public required string ServiceName { get; init; }

    /// <summary>Number by the uids of servers; servers that are not named stay as they are.</summary>
    public IReadOnlyDictionary<string, int>? ServerCount { get; init; }

    /// <summary>Number for each server of a group, by the group's id.</summary>
    public IReadOnlyDictionary<string, int>? ServerGroupCount { get; init; }
}

/// <summary>A command that is to run once, in a new container of a service.</summary>
public sealed record RunCommand
{
    /// <summary>Split into arguments at blanks and by quotes, as a shell does; nothing else of a shell is done. For more: sh -c '...'.</summary>
    public required string Command { get; init; }

    /// <summary>On which server; by default the first one of the stack.</summary>
    public string? ServerUid { get; init; }
}
