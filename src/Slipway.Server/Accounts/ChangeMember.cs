using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Http;
using Slipway.Server.Users;
using Request = Slipway.Contracts.Accounts.ChangeMember;
using UserRecord = Slipway.Contracts.Users.User;

namespace Slipway.Server.Accounts;

/// <summary>Changes a person's place in an account: role, flags, default level.</summary>
internal static class ChangeMember
{
    public static Task<Results<Ok<ApiResponse<UserRecord>>, ApiProblem>> Handle(
        int accountId, int userId, ApiParameters parameters, MemberChange change, CancellationToken cancellationToken)
    {
        var request = parameters.Read<Request>();
        if (request == new Request())
            throw new BadHttpRequestException("Nothing is to change. Give role, can_create_stack, can_admin_users or default_permission_level.");
        if (request.Role is not (null or Membership.Owner or Membership.Member))
            throw new BadHttpRequestException($"role must be {Membership.Owner} or {Membership.Member}.");
        if (request.DefaultPermissionLevel is { } number)
            AccountLevels.Parse("default_permission_level", number);
        return change.RunAsync(accountId, userId, (caller, member, cancel) => ApplyAsync(change.Db, request, caller, member, cancel), cancellationToken);
    }

    /// <summary>Makes a member an owner, with all that belongs to it.</summary>
    public static async Task PromoteAsync(AppDb db, Membership member, CancellationToken cancellationToken)
    {
        member.Role = Membership.Owner;
        (member.CanCreateStack, member.CanAdminUsers, member.DefaultLevel) = (true, true, AccessLevel.Admin);
        // Single rights would take away from what an owner has.
        db.AccessRights.RemoveRange(await db.AccessRights
            .Where(right => right.UserId == member.UserId && right.Stack!.AccountId == member.AccountId).ToListAsync(cancellationToken));
    }

    private static async Task<ApiProblem?> ApplyAsync(AppDb db, Request request, Membership caller, Membership member, CancellationToken cancellationToken)
    {
        if (request.Role == Membership.Owner && member.Role != Membership.Owner)
        {
            if (caller.Role != Membership.Owner)
                return ApiProblem.Forbidden("Only an owner of the account can make another owner.");
            await PromoteAsync(db, member, cancellationToken);
        }
        if (request.Role == Membership.Member && member.Role == Membership.Owner && await DemoteAsync(db, member, cancellationToken) is { } problem)
            return problem;
        var takesAway = request is { CanCreateStack: false } or { CanAdminUsers: false } or { DefaultPermissionLevel: not (null or (int)AccessLevel.Admin) };
        if (takesAway && member.Role == Membership.Owner)
            return ApiProblem.Conflict("An owner has all rights. Make the person a member first.");
        var level = (AccessLevel?)request.DefaultPermissionLevel ?? member.DefaultLevel;
        var canCreate = request.CanCreateStack ?? member.CanCreateStack;
        // What the person has already is not given by this caller.
        if (AccountLevels.RefuseGrant(caller, level > member.DefaultLevel ? level : AccessLevel.None, canCreate && !member.CanCreateStack) is { } refused)
            return refused;
        (member.DefaultLevel, member.CanCreateStack, member.CanAdminUsers) = (level, canCreate, request.CanAdminUsers ?? member.CanAdminUsers);
        return null;
    }

    private static async Task<ApiProblem?> DemoteAsync(AppDb db, Membership owner, CancellationToken cancellationToken)
    {
        if (!await db.HasOtherOwnerAsync(owner.AccountId, owner.UserId, cancellationToken))
            return ApiProblem.Conflict("An account needs an owner. Make another member the owner first.");
        owner.Role = Membership.Member;
        await TransferAccount.ShowOtherOwnerAsync(db, owner, cancellationToken);
        return null;
    }
}
