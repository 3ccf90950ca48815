using System.Text.Json.Serialization;

namespace Slipway.Contracts.Servers;

/// <summary>A machine's place in a stack.</summary>
public sealed record Server
{
    /// <summary>Numeric id. Beyond the blueprint.</summary>
    public required int Id { get; init; }

    public required string Uid { get; init; }

    public string? VendorUid { get; init; }

    public required string Name { get; init; }

    public required string Address { get; init; }

    public string? Distro { get; init; }

    public string? DistroVersion { get; init; }

    public string? DnsRecord { get; init; }

    public required string UserName { get; init; }

    /// <summary>BYOS for a server of one's own.</summary>
    public required string ServerType { get; init; }

    /// <summary>Components and generic roles: rails, postgresql, web, app, db ...</summary>
    public required IReadOnlyList<string> ServerRoles { get; init; }

    public required int ServerGroupId { get; init; }

    public required string StackUid { get; init; }

    /// <summary>Whether Slipway's helper is on the machine and answers.</summary>
    public required bool HasAgent { get; init; }

    public required ServerParams Params { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public string? Region { get; init; }

    public string? AvailabilityZone { get; init; }

    public string? ExtIpv4 { get; init; }

    /// <summary>One of <see cref="Stacks.StackHealth"/>.</summary>
    public required int HealthState { get; init; }

    public string? IntIpv4 { get; init; }

    public string? IntIpv6 { get; init; }

    public string? ExtIpv6 { get; init; }

    public bool PersonalKey { get; init; }

    /// <summary>The private key that opens the machine. It is here only when it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SshPrivateKey { get; init; }

    /// <summary>The same under the blueprint's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PrivateKey => SshPrivateKey;

    /// <summary>The pinned host key's fingerprint. Beyond the blueprint.</summary>
    public string? HostKey { get; init; }

    /// <summary>Port of sshd. Beyond the blueprint.</summary>
    public int Port { get; init; } = 22;
}

/// <summary>Facts about the machine under a server.</summary>
public sealed record ServerParams
{
    public string? AvailabilityZone { get; init; }

    public string? Size { get; init; }

    public string? Region { get; init; }

    public IReadOnlyList<string> Ips { get; init; } = [];

    /// <summary>Whether the machine was provisioned and hardened.</summary>
    public bool WasBaselined { get; init; }

    public int CachedCores { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long CachedMemory { get; init; }

    public string? PassengerVersion { get; init; }

    public bool PassengerEnterprise { get; init; }

    /// <summary>Whether nginx passes the visitor's own address on.</summary>
    public bool SupportsNginxRealip { get; init; } = true;

    public int? PassengerPoolMax { get; init; }
}
