using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Record = Slipway.Contracts.Users.User;

namespace Slipway.Server.Users;

/// <summary>
/// Keeps a person out of the whole installation, or lets them in again. It takes somebody who manages the people of every account that the
/// person is in: nobody is shut out of an account by the manager of another.
/// </summary>
internal static class LockUser
{
    public static Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Lock(
        int id, Caller caller, AppDb db, Identities identities, TimeProvider time, CancellationToken cancellationToken) =>
        SetAsync(id, time.GetUtcNow(), (caller, db, identities, time), cancellationToken);

    public static Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Unlock(
        int id, Caller caller, AppDb db, Identities identities, TimeProvider time, CancellationToken cancellationToken) =>
        SetAsync(id, null, (caller, db, identities, time), cancellationToken);

    private static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> SetAsync(
        int id, DateTimeOffset? lockedAt, (Caller Caller, AppDb Db, Identities Identities, TimeProvider Time) with, CancellationToken cancellationToken)
    {
        if (id == with.Caller.UserId)
            return ApiProblem.Conflict("Nobody locks themselves.");
        if (await with.Db.WriteAsync(ApplyAsync, cancellationToken) is { } problem)
            return problem;
        with.Identities.ForgetUser(id);
        return await UserEndpoints.Get(id, with.Caller, with.Db, with.Time, cancellationToken);

        async Task<ApiProblem?> ApplyAsync(CancellationToken cancel)
        {
            if (!await with.Db.Users.VisibleTo(with.Caller).AnyAsync(user => user.Id == id, cancel))
                return ApiProblem.NotFound();
            if (await RefuseAsync(with.Db, with.Caller.UserId, id, isLock: lockedAt is not null, cancel) is { } refused)
                return refused;
            var user = await with.Db.Users.FirstAsync(user => user.Id == id, cancel);
            user.LockedAt = lockedAt is null ? null : user.LockedAt ?? lockedAt;
            if (lockedAt is null)
                (user.LockoutEnd, user.AccessFailedCount) = (null, 0);
            user.UpdatedAt = with.Time.GetUtcNow();
            return null;
        }
    }

    private static async Task<ApiProblem?> RefuseAsync(AppDb db, int callerId, int userId, bool isLock, CancellationToken cancellationToken)
    {
        var places = await db.Memberships.Where(place => place.UserId == userId)
            .Select(place => new
            {
                place.AccountId,
                IsOwner = place.Role == Membership.Owner,
                Own = place.Account!.Memberships.FirstOrDefault(own => own.UserId == callerId && own.CanAdminUsers),
            })
            .ToListAsync(cancellationToken);
        if (places.Any(place => place.Own is null))
            return ApiProblem.Forbidden("The person is in other accounts too, whose people you do not manage. Take them out of your account instead.");
        if (places.Any(place => place.IsOwner && place.Own!.Role != Membership.Owner))
            return ApiProblem.Forbidden("Only an owner of the account may lock or unlock an owner.");
        foreach (var place in places.Where(place => isLock && place.IsOwner))
            if (!await db.HasOtherOwnerAsync(place.AccountId, userId, cancellationToken))
                return ApiProblem.Conflict("The person is the only owner of an account. Make another member its owner first.");
        return null;
    }
}
