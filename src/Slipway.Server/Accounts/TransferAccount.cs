using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Record = Slipway.Contracts.Accounts.Account;
using Request = Slipway.Contracts.Accounts.TransferAccount;

namespace Slipway.Server.Accounts;

/// <summary>Hands an account over: another member becomes its owner, and the caller stays as a member with the same rights.</summary>
internal static class TransferAccount
{
    public static async Task<Results<Ok<ApiResponse<Record>>, ApiProblem>> Handle(
        int accountId, ApiParameters parameters, Caller caller, AppDb db, Identities identities, CancellationToken cancellationToken)
    {
        var userId = parameters.Read<Request>().UserId;
        if (userId == caller.UserId)
            return ApiProblem.Conflict("You own the account already.");
        if (await db.WriteAsync(ApplyAsync, cancellationToken) is { } problem)
            return problem;
        identities.ForgetUser(userId);
        identities.ForgetUser(caller.UserId);
        return Api.Ok(await AccountEndpoints.ReadAsync(db, caller, accountId, cancellationToken));

        async Task<ApiProblem?> ApplyAsync(CancellationToken cancel)
        {
            var own = await db.FindPlaceAsync(caller, accountId, cancel);
            var next = await db.Memberships.Include(row => row.User).FirstOrDefaultAsync(row => row.AccountId == accountId && row.UserId == userId, cancel);
            if (own is not { Role: Membership.Owner } || next is null)
                return ApiProblem.NotFound("user_id names no member of the account.");
            if (next.User!.LockedAt is not null)
                return ApiProblem.Conflict("The person is locked and could not use the account. Unlock them first.");
            await ChangeMember.PromoteAsync(db, next, cancel);
            own.Role = Membership.Member;
            var account = await db.Accounts.FirstAsync(account => account.Id == accountId, cancel);
            account.OwnerId = userId;
            return null;
        }
    }

    /// <summary>When the owner whose name the account shows is one no more, another owner's takes its place.</summary>
    public static async Task ShowOtherOwnerAsync(AppDb db, Membership former, CancellationToken cancellationToken)
    {
        var account = await db.Accounts.FirstAsync(account => account.Id == former.AccountId, cancellationToken);
        if (account.OwnerId != former.UserId)
            return;
        account.OwnerId = await db.Memberships
            .Where(row => row.AccountId == former.AccountId && row.UserId != former.UserId && row.Role == Membership.Owner && row.User!.LockedAt == null)
            .OrderBy(row => row.UserId).Select(row => row.UserId).FirstAsync(cancellationToken);
    }
}
