using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Users;

namespace Slipway.Server.Accounts;

/// <summary>A person's place in an account.</summary>
internal sealed class Membership
{
    public const string Owner = "owner";
    public const string Member = "member";

    public int AccountId { get; set; }

    public Account? Account { get; set; }

    public int UserId { get; set; }

    public User? User { get; set; }

    public required string Role { get; set; }

    public bool CanCreateStack { get; set; }

    public bool CanAdminUsers { get; set; }

    /// <summary>Level on stacks for which the person has no right of their own.</summary>
    public AccessLevel DefaultLevel { get; set; }

    public static Membership OfOwner(User user) => new()
    {
        User = user,
        Role = Owner,
        CanCreateStack = true,
        CanAdminUsers = true,
        DefaultLevel = AccessLevel.Admin,
    };
}

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.HasKey(membership => new { membership.AccountId, membership.UserId });
        builder.Property(membership => membership.Role).HasMaxLength(20);
    }
}
