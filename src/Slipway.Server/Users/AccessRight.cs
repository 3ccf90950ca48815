using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Slipway.Server.Stacks;

namespace Slipway.Server.Users;

/// <summary>What a person may do with one stack, where it differs from the default level of the membership.</summary>
internal sealed class AccessRight
{
    public int UserId { get; set; }

    public User? User { get; set; }

    public int StackId { get; set; }

    public Stack? Stack { get; set; }

    public AccessLevel Level { get; set; }
}

/// <summary>Each level includes the lower ones.</summary>
internal enum AccessLevel
{
    None = 0,
    View = 10,
    Deploy = 20,
    Control = 30,
    Shell = 40,
    Delete = 50,
    Admin = 60,
}

internal sealed class AccessRightConfiguration : IEntityTypeConfiguration<AccessRight>
{
    public void Configure(EntityTypeBuilder<AccessRight> builder) => builder.HasKey(right => new { right.UserId, right.StackId });
}
