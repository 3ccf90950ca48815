using Slipway.Server.Stacks;
using Slipway.Server.Users;

namespace Slipway.Server.Accounts;

internal sealed class Account
{
    public const string NoReason = "No reason was given.";
    public const int MaxName = 60;

    public int Id { get; set; }

    public required string Name { get; set; }

    public int OwnerId { get; set; }

    public User? Owner { get; set; }

    /// <summary>Since when the installation's administrator has it suspended.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    /// <summary>Why, in words for its members.</summary>
    public string? SuspendedFor { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<Membership> Memberships { get; } = [];

    public List<Stack> Stacks { get; } = [];
}
