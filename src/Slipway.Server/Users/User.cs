using Microsoft.AspNetCore.Identity;

namespace Slipway.Server.Users;

internal sealed class User : IdentityUser<int>
{
    public int PrimaryAccountId { get; set; }

    public string Timezone { get; set; } = "UTC";

    public DateTimeOffset? LastLoginAt { get; set; }

    /// <summary>Since when an administrator keeps the person out; the rest after wrong passwords is Identity's own.</summary>
    public DateTimeOffset? LockedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<Accounts.Membership> Memberships { get; } = [];

    public List<AccessRight> AccessRights { get; } = [];

    public List<Device> Devices { get; } = [];
}
