using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Engine;
using Slipway.Server.Stacks;

namespace Slipway.Server.Environments;

internal sealed class EnvironmentVariable
{
    public int Id { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    public required string Key { get; set; }

    public required Secret Value { get; set; }

    public bool IsReadonly { get; set; }

    public bool IsPassword { get; set; }

    public bool IsGenerated { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class EnvironmentVariableConfiguration : IEntityTypeConfiguration<EnvironmentVariable>
{
    public void Configure(EntityTypeBuilder<EnvironmentVariable> builder)
    {
        builder.HasIndex(variable => new { variable.StackId, variable.Key }).IsUnique();
        builder.Property(variable => variable.Key).HasMaxLength(255);
    }
}
