using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Auth;

namespace Slipway.Server.Users;

/// <summary>Whether somebody may still have a terminal open, or follow a log. Requests are checked when they come; these go on for hours.</summary>
internal sealed class LastingAccess(IDbContextFactory<AppDb> contexts, TimeProvider time)
{
    private const string SignOut = "POST /session/end";

    /// <summary>What is known of the visit that a request begins.</summary>
    public async Task<LastingVisit> BeginAsync(HttpContext http, Caller caller, string stackUid, AccessLevel level, string scope, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var begun = await db.Stacks.VisibleTo(caller, level).Where(stack => stack.Uid == stackUid)
            .Select(stack => new { stack.Id, Number = db.AuditHeads.Where(head => head.AccountId == stack.AccountId).Select(head => head.Number).FirstOrDefault() })
            .FirstOrDefaultAsync(cancellationToken);
        // Of a stack that went in this moment nothing is found later on.
        return LastingVisit.Of(http, caller, begun?.Id ?? 0, level, scope) with { AuditNumber = begun?.Number ?? 0 };
    }

    /// <summary>Null as long as nothing has changed; otherwise what has.</summary>
    public async Task<string?> FindObstacleAsync(LastingVisit visitor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (caller, stackId) = (visitor.Caller, visitor.StackId);
        if (!await db.Users.AnyAsync(
            user => user.Id == caller.UserId && user.LockedAt == null && (visitor.Stamp == null || user.SecurityStamp == visitor.Stamp), cancellationToken))
            return "Your sign-in is not valid any more.";
        if (visitor.TokenId is { } tokenId && !await IsValidAsync(db, tokenId, visitor.Scope, cancellationToken))
            return $"The token was revoked, has ended, or lost the scope {visitor.Scope}.";
        if (visitor.Session is { } session && await HasSignedOutAsync(db, visitor, session, cancellationToken))
            return "You have signed out.";
        return await db.Stacks.VisibleTo(caller, visitor.Level).AnyAsync(stack => stack.Id == stackId && stack.Account!.SuspendedAt == null, cancellationToken)
            ? null
            : visitor.Level is AccessLevel.Shell ? "You may not open terminals on this stack any more." : "You may not follow logs of this stack any more.";
    }

    private async Task<bool> IsValidAsync(AppDb db, int tokenId, string scope, CancellationToken cancellationToken)
    {
        var token = await db.AccessTokens.Where(row => row.Id == tokenId).Select(row => new { row.Scopes, row.ExpiresAt }).FirstOrDefaultAsync(cancellationToken);
        return token is not null && !(token.ExpiresAt <= time.GetUtcNow()) && Scopes.Parse(token.Scopes) is { } scopes && (scope is Scopes.Public || scopes.Contains(scope));
    }

    // A session is a cookie and nothing else; that it was ended, on whichever node, stands in the audit trail alone.
    private static Task<bool> HasSignedOutAsync(AppDb db, LastingVisit visitor, string session, CancellationToken cancellationToken)
    {
        var (account, credential) = (visitor.Caller.AccountId, $"session {session}");
        return db.AuditEntries.AnyAsync(
            entry => entry.AccountId == account && entry.Number > visitor.AuditNumber && entry.Credential == credential && entry.Operation == SignOut, cancellationToken);
    }
}
