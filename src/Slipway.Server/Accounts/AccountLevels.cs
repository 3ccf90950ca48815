using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;

namespace Slipway.Server.Accounts;

/// <summary>What people who manage others may give them: never more than they have themselves, and nothing to an owner.</summary>
internal static class AccountLevels
{
    public static AccessLevel Parse(string name, int number) => Enum.IsDefined((AccessLevel)number)
        ? (AccessLevel)number
        : throw new BadHttpRequestException(
            $"{name} must be one of {string.Join(", ", Enum.GetValues<AccessLevel>().Select(level => string.Create(CultureInfo.InvariantCulture, $"{(int)level} ({level.ToString().ToLowerInvariant()})")))}.");

    /// <summary>Why the caller may not give this place to somebody; null when they may.</summary>
    public static ApiProblem? RefuseGrant(Membership caller, AccessLevel level, bool canCreateStack)
    {
        if (level > caller.DefaultLevel)
            return ApiProblem.Forbidden($"You cannot give the level {level.ToString().ToLowerInvariant()}: your own is {caller.DefaultLevel.ToString().ToLowerInvariant()}.");
        return canCreateStack && !caller.CanCreateStack ? ApiProblem.Forbidden("You cannot let others make stacks: you may not do so yourself.") : null;
    }

    /// <summary>Whether somebody administers the account with all its stacks, and not only some of them.</summary>
    public static Task<bool> AdministersAsync(this AppDb db, int accountId, int userId, CancellationToken cancellationToken) => db.Memberships.AnyAsync(
        row => row.AccountId == accountId && row.UserId == userId && (row.Role == Membership.Owner || row.DefaultLevel == AccessLevel.Admin), cancellationToken);

    /// <summary>Whether somebody who can sign in would own the account without this person.</summary>
    public static Task<bool> HasOtherOwnerAsync(this AppDb db, int accountId, int userId, CancellationToken cancellationToken) => db.Memberships.AnyAsync(
        row => row.AccountId == accountId && row.UserId != userId && row.Role == Membership.Owner && row.User!.LockedAt == null, cancellationToken);
}
