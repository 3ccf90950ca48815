using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Actions;

/// <summary>A named part of an action's work, and how far it is.</summary>
internal sealed class JournalStep
{
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Done = "done";
    public const string Skipped = "skipped";
    public const string Failed = "failed";

    public int ActionId { get; set; }

    public int Number { get; set; }

    public required string Name { get; set; }

    public required string State { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

internal sealed class JournalStepConfiguration : IEntityTypeConfiguration<JournalStep>
{
    public void Configure(EntityTypeBuilder<JournalStep> builder)
    {
        builder.HasKey(step => new { step.ActionId, step.Number });
        builder.HasOne<StackAction>().WithMany().HasForeignKey(step => step.ActionId);
    }
}
