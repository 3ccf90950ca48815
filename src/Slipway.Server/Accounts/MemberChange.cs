using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Slipway.Server.Users;
using UserRecord = Slipway.Contracts.Users.User;

namespace Slipway.Server.Accounts;

/// <summary>Changes what a member of an account may do, by somebody who may; it holds from the next request on.</summary>
internal sealed class MemberChange(AppDb db, Caller caller, Identities identities, TimeProvider time)
{
    public AppDb Db => db;

    /// <summary>Runs the change in one transaction, with the caller's and the member's places as they are then.</summary>
    public async Task<Results<Ok<ApiResponse<UserRecord>>, ApiProblem>> RunAsync(
        int accountId, int userId, Func<Membership, Membership, CancellationToken, Task<ApiProblem?>> change, CancellationToken cancellationToken)
    {
        var problem = await db.WriteAsync(ApplyAsync, cancellationToken);
        if (problem is not null)
            return problem;
        identities.ForgetUser(userId);
        return Api.Ok(await db.Users.Where(user => user.Id == userId).Select(UserRecords.For(caller, time.GetUtcNow())).AsSplitQuery()
            .OrderBy(user => user.Id).FirstAsync(cancellationToken));

        async Task<ApiProblem?> ApplyAsync(CancellationToken cancel)
        {
            var own = await db.FindPlaceAsync(caller, accountId, cancel);
            var member = await db.Memberships.FirstOrDefaultAsync(row => row.AccountId == accountId && row.UserId == userId, cancel);
            if (own is null || member is null)
                return ApiProblem.NotFound();
            if (member.UserId == caller.UserId && own.Role != Membership.Owner)
                return ApiProblem.Forbidden("Nobody changes their own rights. Ask another who manages people.");
            if (member.Role == Membership.Owner && own.Role != Membership.Owner)
                return ApiProblem.Forbidden("Only an owner of the account may change an owner.");
            var refused = await change(own, member, cancel);
            // What was tried before a refusal must not be saved with the transaction.
            if (refused is not null)
                db.ChangeTracker.Clear();
            return refused;
        }
    }
}
