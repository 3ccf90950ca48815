using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Applications;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Tokens;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Slipway.Server.OAuth;

/// <summary>
/// Turns a code into a token, once. Whoever comes second, be it a moment or an hour later, gets nothing and takes the token away from the
/// first: the code was stolen, and nobody knows by whom.
/// </summary>
internal sealed class CodeExchange(IDbContextFactory<AppDb> contexts, Identities identities, Origin origin, TimeProvider time)
{
    private const string Operation = "POST " + OAuthPaths.Token;

    /// <returns>The text of the new token; null when the code is spent or its owner may not sign in any more.</returns>
    public async Task<string?> RedeemAsync(int codeId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        await using var db = await OpenAsync(cancellationToken);
        var subject = await db.AuthorizationCodes.Where(code => code.Id == codeId).Select(code => code.Subject).FirstOrDefaultAsync(cancellationToken);
        if (!int.TryParse(subject, out var userId) || await identities.FindByUserIdAsync(userId, cancellationToken) is not { } owner)
            return null;
        origin.Become(owner.Email, Caller.ViaApi, Operation);
        var (token, taken) = await db.WriteAsync(cancel => RedeemAsync(db, codeId, userId, expiresAt, cancel), cancellationToken);
        Forget(taken);
        return token;
    }

    /// <summary>Takes back what a spent code gave. Does nothing with a code that is good.</summary>
    public async Task RevokeIfSpentAsync(int codeId, CancellationToken cancellationToken)
    {
        await using var db = await OpenAsync(cancellationToken);
        if (await db.AuthorizationCodes.AnyAsync(code => code.Id == codeId && code.Status == Statuses.Valid, cancellationToken))
            return;
        origin.Become(Origin.Itself, Caller.ViaApi, Operation);
        Forget(await db.WriteAsync(
            async cancel => await db.AuthorizationCodes.Include(code => code.Authorization).FirstOrDefaultAsync(code => code.Id == codeId, cancel)
                is { Authorization: { } authorization }
                ? await RevokeAsync(db, authorization, cancel)
                : [],
            cancellationToken));
    }

    /// <summary>A context of its own: that of the request has read the code before, and would not look again.</summary>
    private async Task<AppDb> OpenAsync(CancellationToken cancellationToken)
    {
        var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.BeginUse(origin);
        return db;
    }

    private async Task<(string? Token, IReadOnlyList<string> Taken)> RedeemAsync(
        AppDb db, int codeId, int userId, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var code = await db.AuthorizationCodes.Include(code => code.Authorization).Include(code => code.Application)
            .FirstOrDefaultAsync(code => code.Id == codeId, cancellationToken);
        if (code is not { Application: { } application, Authorization: { } authorization })
            return (null, []);
        if (code.Status != Statuses.Valid || authorization.Status != Statuses.Valid)
            return (null, await RevokeAsync(db, authorization, cancellationToken));
        code.Status = Statuses.Redeemed;
        code.RedemptionDate = time.GetUtcNow().UtcDateTime;
        code.ConcurrencyToken = $"{Guid.NewGuid()}";
        var scopes = JsonSerializer.Deserialize<string[]>(authorization.Scopes ?? "[]")!;
        var token = NewToken.For(userId, application.DisplayName!, scopes, time.GetUtcNow());
        token.Row.Application = application;
        token.Row.Authorization = authorization;
        token.Row.ExpiresAt = expiresAt;
        db.AccessTokens.Add(token.Row);
        return (token.Text, []);
    }

    private static async Task<IReadOnlyList<string>> RevokeAsync(AppDb db, Authorization authorization, CancellationToken cancellationToken)
    {
        authorization.Status = Statuses.Revoked;
        authorization.ConcurrencyToken = $"{Guid.NewGuid()}";
        var tokens = await db.AccessTokens.Where(token => token.AuthorizationId == authorization.Id).ToListAsync(cancellationToken);
        db.AccessTokens.RemoveRange(tokens);
        return [.. tokens.Select(token => token.Hash)];
    }

    private void Forget(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes)
            identities.ForgetToken(hash);
    }
}
