namespace Slipway.Contracts.Actions;

/// <summary>Something to be done with a stack.</summary>
public sealed record RunAction
{
    /// <summary>clear_caches, maintenance_mode, restart, check_servers, service_restart or container_restart.</summary>
    public required string Command { get; init; }

    /// <summary>For maintenance_mode: 1 or true, 0 or false.</summary>
    public string? Value { get; init; }

    /// <summary>For service_restart.</summary>
    public string? ServiceName { get; init; }

    /// <summary>For service_restart and the commands on replicas.</summary>
    public string? ServerUid { get; init; }

    /// <summary>The same under the blueprint's name.</summary>
    public string? Server { get; init; }

    /// <summary>For the commands on replicas.</summary>
    public string? DbType { get; init; }

    /// <summary>The same under another name.</summary>
    public string? ServerGroup { get; init; }

    /// <summary>For container_restart.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The same under another name.</summary>
    public string? Container { get; init; }
}
