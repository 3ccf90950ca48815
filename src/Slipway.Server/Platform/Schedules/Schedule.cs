using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Platform.Schedules;

/// <summary>Something that is due again and again. The row is the only truth: whichever node finds it due first does it, once for all of them.</summary>
internal sealed class Schedule
{
    public int Id { get; set; }

    /// <summary>Unique: what is due, and for what where that matters.</summary>
    public required string Name { get; set; }

    /// <summary>Which <see cref="IScheduledWork"/> does it.</summary>
    public required string Kind { get; set; }

    /// <summary>When, in Quartz's form with seconds, in UTC: "0 30 3 * * ?" is each day at 3:30.</summary>
    public required string Cron { get; set; }

    /// <summary>What becomes of times that nobody was there for.</summary>
    public CatchUp CatchUp { get; set; }

    public DateTimeOffset NextAt { get; set; }

    public DateTimeOffset? LastAt { get; set; }

    /// <summary>Not before this, after it failed. It is still due since <see cref="NextAt"/>.</summary>
    public DateTimeOffset? RetryAt { get; set; }
}

/// <summary>What becomes of the times of a schedule that passed while no node ran.</summary>
internal enum CatchUp
{
    /// <summary>They are done once, as soon as possible.</summary>
    Once,

    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>Each of them is done, one after another.</summary>
    Each,
}

internal sealed class ScheduleConfiguration : IEntityTypeConfiguration<Schedule>
{
    public void Configure(EntityTypeBuilder<Schedule> builder)
    {
        builder.HasIndex(schedule => schedule.Name).IsUnique();
        builder.HasIndex(schedule => schedule.NextAt);
        builder.Property(schedule => schedule.Name).HasMaxLength(100);
        builder.Property(schedule => schedule.Kind).HasMaxLength(40);
        builder.Property(schedule => schedule.Cron).HasMaxLength(100);
        builder.Property(schedule => schedule.CatchUp).HasConversion<string>().HasMaxLength(10);
    }
}
