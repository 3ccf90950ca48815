using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Stacks;

namespace Slipway.Server.ServerGroups;

/// <summary>The servers of one component of a stack.</summary>
internal sealed class ServerGroup
{
    public int Id { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    /// <summary>Rails Server, PostgreSQL Server ...</summary>
    public required string Name { get; set; }

    /// <summary>rails, sinatra, padrino, rack, postgresql, mysql, redis, memcached ...</summary>
    public required string Type { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ServerGroupConfiguration : IEntityTypeConfiguration<ServerGroup>
{
    public void Configure(EntityTypeBuilder<ServerGroup> builder) =>
        builder.HasIndex(group => new { group.StackId, group.Type }).IsUnique();
}
