using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Accounts;

/// <summary>Finds the invitation behind a link, as long as it can be accepted.</summary>
internal static class OpenInvitation
{
    public const string Gone = "The link was used, withdrawn or is too old. Ask for a new invitation.";

    /// <summary>Null also when who invited may no longer give what the invitation promises.</summary>
    public static async Task<Invitation?> FindAsync(AppDb db, string? token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (token is not { Length: OpaqueToken.Length })
            return null;
        var hash = OpaqueToken.Hash(token);
        var invitation = await db.Invitations.Include(row => row.Account).Include(row => row.InvitedBy)
            .FirstOrDefaultAsync(row => row.TokenHash == hash && row.ExpiresAt > now, cancellationToken);
        if (invitation is null || invitation.InvitedBy!.LockedAt is not null)
            return null;
        var inviter = await db.Memberships.AsNoTracking().FirstOrDefaultAsync(
            row => row.AccountId == invitation.AccountId && row.UserId == invitation.InvitedById && row.CanAdminUsers, cancellationToken);
        return inviter is not null && AccountLevels.RefuseGrant(inviter, invitation.DefaultLevel, invitation.CanCreateStack) is null ? invitation : null;
    }
}
