using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Platform.Data.Keys;

/// <summary>A key of cookies and forms, sealed with the master key.</summary>
internal sealed class ProtectionKey
{
    public required string Name { get; set; }

    public required string Xml { get; set; }
}

internal sealed class ProtectionKeyConfiguration : IEntityTypeConfiguration<ProtectionKey>
{
    public void Configure(EntityTypeBuilder<ProtectionKey> builder)
    {
        builder.HasKey(key => key.Name);
        builder.Property(key => key.Name).HasMaxLength(100);
    }
}
