namespace Slipway.Engine.Stacks;

/// <summary>A database of a stack, on one of its servers or outside of them.</summary>
public sealed record DatabaseSpec
{
    /// <summary>One of <see cref="DatabaseKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The server that it lives on; null when it is external.</summary>
    public string? ServerUid { get; init; }

    /// <summary>Host name or IP address of an external database.</summary>
    public string? Address { get; init; }

    /// <summary>
    /// Null for the kind's usual port. Redis and Memcached run once per stack, so where stacks share a machine each needs a port of its own:
    /// see <see cref="DatabaseKinds.ChoosePort"/>.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>Role or user; empty where the kind has none.</summary>
    public string Username { get; init; } = "";

    public Secret Password { get; init; } = new("");

    /// <summary>Name of the database within its server; empty where the kind has none.</summary>
    public string Database { get; init; } = "";

    public bool IsExternal => ServerUid is null;
}
