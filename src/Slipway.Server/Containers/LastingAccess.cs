using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;

namespace Slipway.Server.Containers.Terminals;

/// <summary>Whether somebody may still have a terminal open. Requests are checked when they come; this one goes on for hours.</summary>
internal sealed class TerminalAccess(IDbContextFactory<AppDb> contexts, TimeProvider time)
{
    private const string SignOut = "POST /session/end";

    /// <summary>Null as long as nothing has changed; otherwise what has.</summary>
    public async Task<string?> FindObstacleAsync(TerminalVisitor visitor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (caller, stackId) = (visitor.Caller, visitor.StackId);
        if (!await db.Users.AnyAsync(
            user => user.Id == caller.UserId && user.LockedAt == null && (visitor.Stamp == null || user.SecurityStamp == visitor.Stamp), cancellationToken))
            return "Your sign-in is not valid any more.";
        if (visitor.TokenId is { } tokenId && !await IsValidAsync(db, tokenId, cancellationToken))
            return "The token was revoked, has ended, or lost the scope admin.";
        if (visitor.Session is { } session && await HasSignedOutAsync(db, visitor, session, cancellationToken))
            return "You have signed out.";
        return await db.Stacks.VisibleTo(caller, AccessLevel.Shell).AnyAsync(stack => stack.Id == stackId && stack.Account!.SuspendedAt == null, cancellationToken)
            ? null
            : "You may not open terminals on this stack any more.";
    }

    private async Task<bool> IsValidAsync(AppDb db, int tokenId, CancellationToken cancellationToken)
    {
        var token = await db.AccessTokens.Where(row => row.Id == tokenId).Select(row => new { row.Scopes, row.ExpiresAt }).FirstOrDefaultAsync(cancellationToken);
        return token is not null && !(token.ExpiresAt <= time.GetUtcNow()) && Scopes.Parse(token.Scopes)?.Contains(Scopes.Admin) == true;
    }

    // A session is a cookie and nothing else; that it was ended, on whichever node, stands in the audit trail alone.
    private static Task<bool> HasSignedOutAsync(AppDb db, TerminalVisitor visitor, string session, CancellationToken cancellationToken)
    {
        var (account, credential) = (visitor.Caller.AccountId, $"session {session}");
        return db.AuditEntries.AnyAsync(
            entry => entry.AccountId == account && entry.Number > visitor.AuditNumber && entry.Credential == credential && entry.Operation == SignOut, cancellationToken);
    }
}
