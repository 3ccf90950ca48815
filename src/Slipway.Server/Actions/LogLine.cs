using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Actions;

/// <summary>One line of an action's log.</summary>
internal sealed class LogLine
{
    public long Id { get; set; }

    public int ActionId { get; set; }

    public DateTimeOffset Time { get; set; }

    public required string Step { get; set; }

    /// <summary>Name of the server it came from; empty for the control plane.</summary>
    public required string Server { get; set; }

    /// <summary>info, warning or error.</summary>
    public required string Severity { get; set; }

    public required string Text { get; set; }
}

internal sealed class LogLineConfiguration : IEntityTypeConfiguration<LogLine>
{
    public void Configure(EntityTypeBuilder<LogLine> builder)
    {
        builder.HasIndex(line => new { line.ActionId, line.Id });
        builder.HasOne<StackAction>().WithMany().HasForeignKey(line => line.ActionId);
    }
}
