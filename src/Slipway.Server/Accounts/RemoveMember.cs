using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;

namespace Slipway.Server.Accounts;

/// <summary>Takes a person out of an account, with all rights in it and all invitations that they gave; or lets the caller leave.</summary>
internal static class RemoveMember
{
    public static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Handle(
        int accountId, int userId, Caller caller, AppDb db, Identities identities, CancellationToken cancellationToken)
    {
        if (await db.WriteAsync(ApplyAsync, cancellationToken) is { } problem)
            return problem;
        identities.ForgetUser(userId);
        return Api.Ok(new OkReply(true, userId == caller.UserId ? "You have left the account." : "The person is no longer in the account."));

        async Task<ApiProblem?> ApplyAsync(CancellationToken cancel)
        {
            var own = await db.FindPlaceAsync(caller, accountId, cancel);
            var member = await db.Memberships.FirstOrDefaultAsync(row => row.AccountId == accountId && row.UserId == userId, cancel);
            var isSelf = userId == caller.UserId;
            if (own is null || (!isSelf && member is null && own.CanAdminUsers))
                return ApiProblem.NotFound();
            if (!isSelf && !own.CanAdminUsers)
                return ApiProblem.Forbidden("You may not manage the people of this account. Ask its owner for that right.");
            if (member!.Role == Membership.Owner && own.Role != Membership.Owner)
                return ApiProblem.Forbidden("Only an owner of the account may take an owner out.");
            if (member.Role == Membership.Owner && !await db.HasOtherOwnerAsync(accountId, userId, cancel))
                return ApiProblem.Conflict("An account needs an owner. Make another member the owner first.");
            await RemoveAsync(db, member, cancel);
            return null;
        }
    }

    private static async Task RemoveAsync(AppDb db, Membership member, CancellationToken cancellationToken)
    {
        if (member.Role == Membership.Owner)
            await TransferAccount.ShowOtherOwnerAsync(db, member, cancellationToken);
        db.AccessRights.RemoveRange(await db.AccessRights
            .Where(right => right.UserId == member.UserId && right.Stack!.AccountId == member.AccountId).ToListAsync(cancellationToken));
        db.Invitations.RemoveRange(await db.Invitations
            .Where(row => row.AccountId == member.AccountId && row.InvitedById == member.UserId).ToListAsync(cancellationToken));
        db.Memberships.Remove(member);
    }
}
