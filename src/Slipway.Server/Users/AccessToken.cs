using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Users;

/// <summary>A personal access token. Only its SHA-256 is stored.</summary>
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

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.HasIndex(token => token.Hash).IsUnique();
        builder.Property(token => token.Hash).HasMaxLength(64);
        builder.Property(token => token.Name).HasMaxLength(60);
    }
}
