namespace Slipway.Contracts.Databases;

/// <summary>A database of a stack, on one of its servers or outside of them.</summary>
public sealed record Database
{
    public required int Id { get; init; }

    /// <summary>postgresql, mysql, redis, memcached, mongodb, elasticsearch or rabbitmq. A stack has at most one of each.</summary>
    public required string Kind { get; init; }

    public required bool External { get; init; }

    /// <summary>The server that it is on; null for an external one.</summary>
    public string? ServerUid { get; init; }

    /// <summary>Where an external one is reached.</summary>
    public string? Address { get; init; }

    public required int Port { get; init; }

    public required string Username { get; init; }

    public required string DatabaseName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An external database to be used by a stack. Its credentials get into the stack's variables as for one that Slipway made.</summary>
public sealed record AddDatabase
{
    public required string Kind { get; init; }

    /// <summary>IP address or host name, reachable from the web servers.</summary>
    public required string Address { get; init; }

    /// <summary>By default the kind's usual one.</summary>
    public int? Port { get; init; }

    public string? Username { get; init; }

    /// <summary>It is not shown again, but stands in the stack's variables.</summary>
    public string? Password { get; init; }

    public string? DatabaseName { get; init; }
}

/// <summary>What changes of an external database; what is left out stays.</summary>
public sealed record ChangeDatabase
{
    public string? Address { get; init; }

    public int? Port { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? DatabaseName { get; init; }
}
