using System.Linq.Expressions;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Record = Slipway.Contracts.Users;

namespace Slipway.Server.Users;

/// <summary>People as the API shows them.</summary>
internal static class UserRecords
{
    /// <summary>What the caller may see of a person: all of themselves, and of others what concerns the accounts whose people the caller manages.</summary>
    public static Expression<Func<User, Record.User>> For(Caller caller, DateTimeOffset now)
    {
        var callerId = caller.UserId;
        return user => new()
        {
            Id = user.Id,
            Email = user.Email!,
            PrimaryAccountId = user.PrimaryAccountId,
            Accounts = user.Memberships
                .Where(place => place.UserId == callerId || place.Account!.Memberships.Any(own => own.UserId == callerId && own.CanAdminUsers))
                .OrderBy(place => place.AccountId)
                .Select(place => new Record.Membership(
                    place.AccountId, place.UserId, place.Role, place.CanCreateStack, place.CanAdminUsers, (int)place.DefaultLevel))
                .ToList(),
            AccessRights = user.AccessRights
                .Where(right => right.UserId == callerId || right.Stack!.Account!.Memberships.Any(own => own.UserId == callerId && own.CanAdminUsers))
                .OrderBy(right => right.StackId)
                .Select(right => new Record.AccessRight(right.UserId, right.Stack!.Uid, Level(right.Level)))
                .ToList(),
            Locked = user.LockedAt != null || (user.LockoutEnd != null && user.LockoutEnd > now),
            UsesTfa = user.TwoFactorEnabled,
            Timezone = user.Timezone,
            LastLogin = user.LastLoginAt,
            Devices = user.Devices.OrderBy(device => device.Id).Select(device => new Record.Device(
                (int)device.DeviceType, (int?)device.SubType, device.Token, device.Enabled, device.CreatedAt, device.UpdatedAt)).ToList(),
            CreatedAt = user.CreatedAt,
            UpdatedAt = user.UpdatedAt,
        };
    }

    public static Record.Device Device(Device device) =>
        new((int)device.DeviceType, (int?)device.SubType, device.Token, device.Enabled, device.CreatedAt, device.UpdatedAt);

    /// <summary>A person just made, with the places that are loaded.</summary>
    public static Record.User From(User user) => new()
    {
        Id = user.Id,
        Email = user.Email!,
        PrimaryAccountId = user.PrimaryAccountId,
        Accounts = [.. user.Memberships.Select(membership => new Record.Membership(
            membership.AccountId,
            membership.UserId,
            membership.Role,
            membership.CanCreateStack,
            membership.CanAdminUsers,
            (int)membership.DefaultLevel))],
        CreatedAt = user.CreatedAt,
        UpdatedAt = user.UpdatedAt,
    };

    private static CodedValue Level(AccessLevel level) => new((int)level, level.ToString().ToLowerInvariant());
}
