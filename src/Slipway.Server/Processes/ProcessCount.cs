using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Processes;

/// <summary>How many of a background process, or containers of a service, run on a server, where that is not what it is by default.</summary>
internal sealed class ProcessCount
{
    public int ServerId { get; set; }

    public Servers.Server? Server { get; set; }

    public required string Process { get; set; }

    public int Count { get; set; }
}

internal sealed class ProcessCountConfiguration : IEntityTypeConfiguration<ProcessCount>
{
    public void Configure(EntityTypeBuilder<ProcessCount> builder)
    {
        builder.HasKey(count => new { count.ServerId, count.Process });
        builder.Property(count => count.Process).HasMaxLength(60);
        builder.HasOne(count => count.Server).WithMany(server => server.ProcessCounts).HasForeignKey(count => count.ServerId);
    }
}
