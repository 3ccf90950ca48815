using System.Text.Json.Serialization;

namespace Slipway.Contracts.Accounts;

/// <summary>Who owns stacks and machines, and whose members work with them.</summary>
public sealed record Account
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>E-mail address of the owner.</summary>
    public required string Owner { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset CreatedAtIso => CreatedAt;

    public DateTimeOffset UpdatedAtIso => UpdatedAt;

    public required int StackCount { get; init; }

    public IReadOnlyList<string> UsedClouds { get; init; } = [];

    /// <summary>Whether requests without <c>X-Account</c> go to this account.</summary>
    public required bool CurrentAccount { get; init; }

    /// <summary>Why all but looking at accounts and people is refused; null when the account works.</summary>
    public string? Suspended { get; init; }

    /// <summary>Machines of the account's clouds that are in no stack; only there when <c>include_servers</c> asked for them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnmanagedServer>? UnmanagedServers { get; init; }
}

/// <summary>A machine in an account's cloud that is in no stack.</summary>
public sealed record UnmanagedServer(string Vendor, string Id);
