using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Users;

namespace Slipway.Server.Accounts;

/// <summary>A place in an account that waits for one person. It is gone once it is accepted or withdrawn.</summary>
internal sealed class Invitation
{
    public int Id { get; set; }

    public int AccountId { get; set; }

    public Account? Account { get; set; }

    /// <summary>Whose place it is; nobody else can take it.</summary>
    public required string Email { get; set; }

    public required string NormalizedEmail { get; set; }

    /// <summary>SHA-256 of the token that the link carries.</summary>
    public required string TokenHash { get; set; }

    public int InvitedById { get; set; }

    public User? InvitedBy { get; set; }

    public bool CanCreateStack { get; set; }

    public bool CanAdminUsers { get; set; }

    public AccessLevel DefaultLevel { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.HasIndex(invitation => invitation.TokenHash).IsUnique();
        builder.HasIndex(invitation => new { invitation.AccountId, invitation.NormalizedEmail }).IsUnique();
        builder.Property(invitation => invitation.Email).HasMaxLength(256);
        builder.Property(invitation => invitation.NormalizedEmail).HasMaxLength(256);
        builder.Property(invitation => invitation.TokenHash).HasMaxLength(64);
    }
}
