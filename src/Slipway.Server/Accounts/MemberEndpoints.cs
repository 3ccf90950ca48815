using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using UserRecord = Slipway.Contracts.Users.User;

namespace Slipway.Server.Accounts;

internal static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder accounts)
    {
        var member = accounts.MapGroup("/{accountId:int}/members/{userId:int}").ForPeopleOnly();
        member.MapPut("", ChangeMember.Handle).WithSummary("Changes a member's role, flags and default level").Takes<Contracts.Accounts.ChangeMember>()
            .RequirePlace(AccountPlace.ManagesPeople);
        // Anybody may leave.
        member.MapDelete("", RemoveMember.Handle).WithSummary("Takes a person out of the account, or lets the caller leave").RequirePlace(AccountPlace.Member);
        member.MapPut("/access_rights/{stack}", SetRight).WithSummary("Sets a member's level on one stack").Takes<SetAccessRight>().RequirePlace(AccountPlace.ManagesPeople);
        member.MapDelete("/access_rights/{stack}", ResetRight).WithSummary("Lets a member's default level count on a stack again").RequirePlace(AccountPlace.ManagesPeople);
    }

    private static Task<Results<Ok<ApiResponse<UserRecord>>, ApiProblem>> SetRight(
        int accountId, int userId, string stack, ApiParameters parameters, MemberChange change, CancellationToken cancellationToken)
    {
        var level = AccountLevels.Parse("level", parameters.Read<SetAccessRight>().Level);
        return change.RunAsync(accountId, userId, (caller, member, cancel) => ApplyAsync(change, caller, member, stack, level, cancel), cancellationToken);
    }

    private static Task<Results<Ok<ApiResponse<UserRecord>>, ApiProblem>> ResetRight(
        int accountId, int userId, string stack, MemberChange change, CancellationToken cancellationToken) =>
        change.RunAsync(accountId, userId, (caller, member, cancel) => ApplyAsync(change, caller, member, stack, null, cancel), cancellationToken);

    // Null takes the person's own right away, so that the default level counts again.
    private static async Task<ApiProblem?> ApplyAsync(
        MemberChange change, Membership caller, Membership member, string uid, AccessLevel? level, CancellationToken cancellationToken)
    {
        var db = change.Db;
        if (member.Role == Membership.Owner)
            return ApiProblem.Conflict("An owner administers all stacks; there is no right to set.");
        var stack = await db.Stacks.Include(stack => stack.AccessRights.Where(right => right.UserId == caller.UserId || right.UserId == member.UserId))
            .FirstOrDefaultAsync(stack => stack.Uid == uid && stack.AccountId == member.AccountId, cancellationToken);
        var own = stack is null ? AccessLevel.None : LevelOn(stack, caller);
        // A stack that the caller may not see is not there, for managers of people too.
        if (stack is null || own < AccessLevel.View)
            return ApiProblem.NotFound();
        if ((level ?? member.DefaultLevel) > own)
            return ApiProblem.Forbidden($"You cannot give more than your own level on the stack, {own.ToString().ToLowerInvariant()}.");
        var right = stack.AccessRights.Find(right => right.UserId == member.UserId);
        if (level is not { } wanted)
            return right is null ? ApiProblem.NotFound("The person has no right of their own on this stack.") : Remove(db, right);
        if (right is null)
            stack.AccessRights.Add(new() { UserId = member.UserId, Level = wanted });
        else
            right.Level = wanted;
        return null;
    }

    private static AccessLevel LevelOn(Stack stack, Membership member) =>
        stack.AccessRights.Find(right => right.UserId == member.UserId)?.Level ?? member.DefaultLevel;

    private static ApiProblem? Remove(AppDb db, AccessRight right)
    {
        db.AccessRights.Remove(right);
        return null;
    }
}
