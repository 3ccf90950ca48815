using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Engine;

namespace Slipway.Server.Stacks;

/// <summary>A database of a stack, with the credentials that were made for it.</summary>
internal sealed class StackDatabase
{
    public int Id { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    /// <summary>postgresql, mysql, redis, memcached; or an external kind.</summary>
    public required string Kind { get; set; }

    /// <summary>The server that it lives on; null when it is external.</summary>
    public int? ServerId { get; set; }

    public Servers.Server? Server { get; set; }

    /// <summary>Of an external database.</summary>
    public string? Address { get; set; }

    public int Port { get; set; }

    public string Username { get; set; } = "";

    public required Secret Password { get; set; }

    public string Database { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class StackDatabaseConfiguration : IEntityTypeConfiguration<StackDatabase>
{
    public void Configure(EntityTypeBuilder<StackDatabase> builder) =>
        builder.HasIndex(database => new { database.StackId, database.Kind }).IsUnique();
}
