using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Platform.Data;

/// <summary>A fact about the installation itself.</summary>
internal sealed class InstallationValue
{
    /// <summary>A known secret, sealed: it opens with the right master key only.</summary>
    public const string KeyCheck = "key-check";

    /// <summary>The token that the one-time setup link carries, sealed.</summary>
    public const string SetupToken = "setup-token";

    /// <summary>When it was last tried whether the database takes writes.</summary>
    public const string WriteProbe = "write-probe";

    public required string Name { get; set; }

    public required string Value { get; set; }
}

internal sealed class InstallationValueConfiguration : IEntityTypeConfiguration<InstallationValue>
{
    public void Configure(EntityTypeBuilder<InstallationValue> builder)
    {
        builder.HasKey(value => value.Name);
        builder.Property(value => value.Name).HasMaxLength(40);
    }
}
