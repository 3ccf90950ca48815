using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Actions;

/// <summary>A remote command of an action, and how much of its output is in the log.</summary>
internal sealed class JournalTicket
{
    public required string Ticket { get; set; }

    public int ActionId { get; set; }

    public int ServerId { get; set; }

    /// <summary>Output up to here is in the log.</summary>
    public long Offset { get; set; }

    /// <summary>Its action is over, but the machine did not confirm that its processes are. Until it does, nothing else of the stack runs there.</summary>
    public bool IsLeft { get; set; }
}

internal sealed class JournalTicketConfiguration : IEntityTypeConfiguration<JournalTicket>
{
    public void Configure(EntityTypeBuilder<JournalTicket> builder)
    {
        builder.HasKey(ticket => ticket.Ticket);
        builder.Property(ticket => ticket.Ticket).HasMaxLength(64);
        builder.HasIndex(ticket => ticket.ActionId);
        builder.HasIndex(ticket => ticket.IsLeft);
        builder.HasOne<StackAction>().WithMany().HasForeignKey(ticket => ticket.ActionId);
    }
}
