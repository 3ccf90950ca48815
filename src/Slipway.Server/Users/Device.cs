using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Slipway.Server.Users;

/// <summary>A telephone or tablet that a person gets notifications on.</summary>
internal sealed class Device
{
    public const int MaxToken = 1000;

    public int Id { get; set; }

    public int UserId { get; set; }

    public User? User { get; set; }

    public DeviceType DeviceType { get; set; }

    public DeviceSubType? SubType { get; set; }

    /// <summary>What the push service knows the device by.</summary>
    public required string Token { get; set; }

    public bool Enabled { get; set; } = true;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal enum DeviceType
{
    Ios = 1,
    Android = 2,
}

internal enum DeviceSubType
{
    Iphone = 1,
    Ipad = 2,
    Ipod = 3,
}

internal sealed class DeviceConfiguration : IEntityTypeConfiguration<Device>
{
    public void Configure(EntityTypeBuilder<Device> builder)
    {
        builder.HasIndex(device => new { device.UserId, device.Token }).IsUnique();
        builder.Property(device => device.Token).HasMaxLength(Device.MaxToken);
    }
}
