namespace Slipway.Contracts.Processes;

/// <summary>A background process of the Procfile.</summary>
public sealed record Process
{
    /// <summary>MD5 of the command, by which clients see that it has changed.</summary>
    public required string Md5 { get; init; }

    public required string Name { get; init; }

    public required string Command { get; init; }

    /// <summary>How many of it are wanted, by the names of the servers.</summary>
    public required IReadOnlyDictionary<string, int> Servers { get; init; }
}

/// <summary>How many of a process are wanted.</summary>
/// <param name="ProcessName">Its name in the Procfile.</param>
/// <param name="ServerCount">Number by the uids of servers; servers that are not named stay as they are.</param>
public sealed record ScaleProcess(string ProcessName, IReadOnlyDictionary<string, int> ServerCount);
