using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Containers;

/// <summary>A container that serves on a server, as the last work on the stack left it.</summary>
internal sealed class Container
{
    public int Id { get; set; }

    /// <summary>Docker's own identifier, 64 hex characters.</summary>
    public required string Uid { get; set; }

    public int ServerId { get; set; }

    public Servers.Server? Server { get; set; }

    public required string ServiceName { get; set; }

    public required string Image { get; set; }

    public required string Command { get; set; }

    /// <summary>Host and container ports: 5128:3000, separated by blanks.</summary>
    public required string PortList { get; set; }

    /// <summary>The server's ports under which nginx offers it, like 80:443.</summary>
    public required string WebPorts { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ContainerConfiguration : IEntityTypeConfiguration<Container>
{
    public void Configure(EntityTypeBuilder<Container> builder)
    {
        builder.HasIndex(container => new { container.ServerId, container.Uid }).IsUnique();
        builder.Property(container => container.Uid).HasMaxLength(64);
        builder.Property(container => container.ServiceName).HasMaxLength(60);
        builder.HasOne(container => container.Server).WithMany(server => server.Containers).HasForeignKey(container => container.ServerId);
    }
}
