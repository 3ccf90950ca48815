using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Applications;

namespace Slipway.Server.Users;

/// <summary>A token that opens the API: a person's own, or an application's on a person's behalf. Only its SHA-256 is stored.</summary>
internal sealed class AccessToken
{
    public int Id { get; set; }

    public int UserId { get; set; }

    public User? User { get; set; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the token, 64 lower-case hex characters.</summary>
    public required string Hash { get; set; }

    /// <summary>Separated by spaces.</summary>
    public required string Scopes { get; set; }

    /// <summary>The application that it was given to; null for a personal token.</summary>
    public int? ApplicationId { get; set; }

    public Application? Application { get; set; }

    /// <summary>The one consent that it came from, so that a code that is used again can take it back.</summary>
    public int? AuthorizationId { get; set; }

    public Authorization? Authorization { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Null for a token that is valid until it is revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.HasIndex(token => token.Hash).IsUnique();
        builder.Property(token => token.Hash).HasMaxLength(64);
        builder.Property(token => token.Name).HasMaxLength(60);
        builder.HasOne(token => token.Application).WithMany().OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(token => token.Authorization).WithMany().OnDelete(DeleteBehavior.SetNull);
    }
}
