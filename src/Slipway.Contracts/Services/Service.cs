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

    /// <summary>Containers of the service's images that somebody has started by hand. Slipway does not count them, and leaves them alone.</summary>
    public IReadOnlyList<OtherContainer> OtherContainers { get; init; } = [];
}

/// <summary>A container that Slipway has not started.</summary>
/// <param name="Uid">Docker's own identifier.</param>
/// <param name="Name">Its name on the server.</param>
/// <param name="Image">The image that it was made of.</param>
/// <param name="ServerUid">The server.</param>
/// <param name="ServerName">The server's name.</param>
public sealed record OtherContainer(string Uid, string Name, string Image, string ServerUid, string ServerName);

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
