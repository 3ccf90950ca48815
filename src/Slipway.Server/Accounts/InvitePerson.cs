using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.Mail;
using Slipway.Server.Users;

namespace Slipway.Server.Accounts;

/// <summary>Makes a single-use link to a place in an account, for one person. A new link for the same person replaces the old one.</summary>
internal sealed class InvitePerson(
    AppDb db, Caller caller, UserManager<User> people, IOptions<PublicOptions> options, Mailer mailer, TimeProvider time)
{
    private const int MaxEmail = 254;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);
    private static readonly EmailAddressAttribute EmailForm = new();

    public static Task<Results<Ok<ApiResponse<CreatedInvitation>>, ApiProblem>> Handle(
        int accountId, ApiParameters parameters, InvitePerson invite, CancellationToken cancellationToken) =>
        invite.RunAsync(accountId, parameters.Read<Invite>(), cancellationToken);

    private async Task<Results<Ok<ApiResponse<CreatedInvitation>>, ApiProblem>> RunAsync(int accountId, Invite request, CancellationToken cancellationToken)
    {
        var level = AccountLevels.Parse("default_permission_level", request.DefaultPermissionLevel);
        if (!IsEmail(request.Email))
            return ApiProblem.BadRequest("email must be a mail address, like person@example.com.");
        var token = OpaqueToken.New();
        var (invitation, account, problem) = await db.WriteAsync(cancel => StoreAsync(accountId, request, level, token, cancel), cancellationToken);
        if (invitation is null)
            return problem!;
        var url = options.Value.Link($"/invitation?token={token}");
        var isSent = await mailer.TrySendAsync(invitation.Email, $"Invitation to {account} on Slipway", Letter(account!, url, invitation), cancellationToken);
        return Api.Ok(new CreatedInvitation(InvitationEndpoints.ToRecord(invitation, caller.Email), url, isSent));
    }

    private async Task<(Invitation? Invitation, string? Account, ApiProblem? Problem)> StoreAsync(
        int accountId, Invite request, AccessLevel level, string token, CancellationToken cancellationToken)
    {
        var normalized = people.NormalizeEmail(request.Email)!;
        var own = await db.Memberships.Include(row => row.Account)
            .FirstOrDefaultAsync(row => row.AccountId == accountId && row.UserId == caller.UserId && row.CanAdminUsers, cancellationToken);
        if (own is null)
            return (null, null, ApiProblem.NotFound());
        if (AccountLevels.RefuseGrant(own, level, request.CanCreateStack) is { } refused)
            return (null, null, refused);
        if (await db.Memberships.AnyAsync(row => row.AccountId == accountId && row.User!.NormalizedEmail == normalized, cancellationToken))
            return (null, null, ApiProblem.Conflict($"{request.Email} is a member of the account already."));
        db.Invitations.RemoveRange(await db.Invitations.Where(row => row.AccountId == accountId && row.NormalizedEmail == normalized).ToListAsync(cancellationToken));
        await db.SaveChangesAsync(cancellationToken);
        var now = time.GetUtcNow();
        var invitation = new Invitation
        {
            AccountId = accountId,
            Email = request.Email,
            NormalizedEmail = normalized,
            TokenHash = OpaqueToken.Hash(token),
            InvitedById = caller.UserId,
            CanCreateStack = request.CanCreateStack,
            CanAdminUsers = request.CanAdminUsers,
            DefaultLevel = level,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };
        db.Invitations.Add(invitation);
        return (invitation, own.Account!.Name, null);
    }

    // As Identity sees it when the person comes: an address that could not become a sign-in is refused now.
    private bool IsEmail(string text) => text.Length <= MaxEmail && EmailForm.IsValid(text) && text.All(people.Options.User.AllowedUserNameCharacters.Contains);

    private string Letter(string account, string url, Invitation invitation) =>
        $"""
        {caller.Email} invites you to the account "{account}" on Slipway.

        Open this link until {invitation.ExpiresAt.UtcDateTime:d MMMM yyyy, HH:mm} UTC to accept. It works once, and for you only:

        {url}

        If you do not know what this is about, do nothing.
        """;
}
