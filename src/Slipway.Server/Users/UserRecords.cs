using System.Linq.Expressions;
using Slipway.Contracts.Http;
using Record = Slipway.Contracts.Users;

namespace Slipway.Server.Users;

/// <summary>People as the API shows them.</summary>
internal static class UserRecords
{
    /// <summary>What a user of this account may see of a person: only places and rights in that account.</summary>
    public static Expression<Func<User, Record.User>> InAccount(int accountId, DateTimeOffset now) => user => new()
    {
        Id = user.Id,
        Email = user.Email!,
        PrimaryAccountId = user.PrimaryAccountId,
        Accounts = user.Memberships.Where(membership => membership.AccountId == accountId)
            .Select(membership => new Record.Membership(
                membership.AccountId,
                membership.UserId,
                membership.Role,
                membership.CanCreateStack,
                membership.CanAdminUsers,
                (int)membership.DefaultLevel))
            .ToList(),
        AccessRights = user.AccessRights.Where(right => right.Stack!.AccountId == accountId).OrderBy(right => right.StackId)
            .Select(right => new Record.AccessRight(right.UserId, right.Stack!.Uid, Level(right.Level)))
            .ToList(),
        Locked = user.LockoutEnd != null && user.LockoutEnd > now,
        UsesTfa = user.TwoFactorEnabled,
        Timezone = user.Timezone,
        LastLogin = user.LastLoginAt,
        CreatedAt = user.CreatedAt,
        UpdatedAt = user.UpdatedAt,
    };

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
