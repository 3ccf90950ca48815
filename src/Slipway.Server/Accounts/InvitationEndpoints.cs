using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Platform.Documents;
using Slipway.Server.Platform.Http;
using Slipway.Server.Platform.People;
using Record = Slipway.Contracts.Accounts.Invitation;

namespace Slipway.Server.Accounts;

internal static class InvitationEndpoints
{
    public static void MapInvitations(this IEndpointRouteBuilder accounts)
    {
        var invitations = accounts.MapGroup("/{accountId:int}/invitations").RequirePlace(AccountPlace.ManagesPeople).ForPeopleOnly();
        invitations.MapGet("/", ListInvitations).WithSummary("Lists the invitations that wait");
        invitations.MapPost("/", InvitePerson.Handle).WithSummary("Invites a person by a single-use link").Takes<Invite>();
        invitations.MapDelete("/{id:int}", Withdraw).WithSummary("Withdraws an invitation");
    }

    /// <summary>What the person who got the link uses: the link's token is the key.</summary>
    public static void MapInvitation(this IEndpointRouteBuilder api)
    {
        var invitation = api.MapGroup("/invitation").WithTags("accounts").AllowAnonymous().OpenWhenSuspended();
        invitation.MapGet("", GetOffer).WithSummary("Shows what a link offers").Takes("token", typeof(string), "The token of the link.", required: true);
        invitation.MapPost("", AcceptInvitation.Handle).WithSummary("Accepts an invitation").Takes<Contracts.Accounts.AcceptInvitation>();
    }

    public static Record ToRecord(Invitation invitation, string invitedBy) => new(
        invitation.Id, invitation.Email, invitation.CanCreateStack, invitation.CanAdminUsers, (int)invitation.DefaultLevel, invitedBy,
        invitation.CreatedAt, invitation.ExpiresAt);

    private static Task<Ok<ApiList<Record>>> ListInvitations(int accountId, ApiParameters parameters, AppDb db, CancellationToken cancellationToken) => Api.ListAsync(
        db.Invitations.AsNoTracking().Where(row => row.AccountId == accountId).OrderByDescending(row => row.Id)
            .Select(row => ToRecord(row, row.InvitedBy!.Email!)),
        parameters.Page(),
        cancellationToken);

    private static async Task<Results<Ok<ApiResponse<OkReply>>, ApiProblem>> Withdraw(int accountId, int id, AppDb db, CancellationToken cancellationToken)
    {
        if (await db.Invitations.FirstOrDefaultAsync(row => row.AccountId == accountId && row.Id == id, cancellationToken) is not { } invitation)
            return ApiProblem.NotFound();
        db.Invitations.Remove(invitation);
        await db.SaveChangesAsync(cancellationToken);
        return Api.Ok(new OkReply(true, "The invitation is withdrawn; its link no longer works."));
    }

    private static async Task<Results<Ok<ApiResponse<InvitationOffer>>, ApiProblem>> GetOffer(
        ApiParameters parameters, AppDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var invitation = await OpenInvitation.FindAsync(db, parameters.Text("token"), time.GetUtcNow(), cancellationToken);
        if (invitation is null)
            return ApiProblem.NotFound(OpenInvitation.Gone);
        var isKnown = await db.Users.AnyAsync(user => user.NormalizedEmail == invitation.NormalizedEmail, cancellationToken);
        return Api.Ok(new InvitationOffer(invitation.Account!.Name, invitation.Email, invitation.InvitedBy!.Email!, invitation.ExpiresAt, isKnown));
    }
}
