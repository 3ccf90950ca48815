using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Platform.Limits;

/// <summary>How many requests a person made in a clock hour, over all nodes.</summary>
internal sealed class RequestCount
{
    public int UserId { get; set; }

    /// <summary>Hours since 1970.</summary>
    public int Hour { get; set; }

    public int Count { get; set; }
}

internal sealed class RequestCountConfiguration : IEntityTypeConfiguration<RequestCount>
{
    // No reference to the person: one who is removed in between must not keep the others' counts from being written.
    public void Configure(EntityTypeBuilder<RequestCount> builder) => builder.HasKey(count => new { count.UserId, count.Hour });
}
