using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Platform.Auth;

/// <summary>Finds who a token or a session belongs to, and remembers it for a moment.</summary>
internal sealed class Identities(IDbContextFactory<AppDb> contexts, TimeProvider time)
{
    // A revoked token is evicted at once on this node; on others it works this much longer.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, Entry<TokenIdentity>> _tokens = new();
    private readonly ConcurrentDictionary<int, Entry<Identity>> _users = new();

    public ValueTask<TokenIdentity?> FindByTokenHashAsync(string hash, CancellationToken cancellationToken) =>
        FindAsync(_tokens, hash, ReadTokenAsync, cancellationToken);

    public ValueTask<Identity?> FindByUserIdAsync(int userId, CancellationToken cancellationToken) =>
        FindAsync(_users, userId, ReadUserAsync, cancellationToken);

    public void ForgetToken(string hash) => _tokens.TryRemove(hash, out _);

    private async ValueTask<T?> FindAsync<TKey, T>(
        ConcurrentDictionary<TKey, Entry<T>> cache,
        TKey key,
        Func<AppDb, TKey, CancellationToken, Task<T?>> read,
        CancellationToken cancellationToken)
        where TKey : notnull
        where T : class
    {
        var now = time.GetUtcNow();
        if (cache.TryGetValue(key, out var entry) && entry.ExpiresAt > now)
            return entry.Value;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var value = await read(db, key, cancellationToken);
        // Misses are not kept: guesses must not fill the memory.
        if (value is null)
            return null;
        if (cache.Count >= MaxEntries)
            cache.Clear();
        cache[key] = new(value, now + Lifetime);
        return value;
    }

    private static async Task<TokenIdentity?> ReadTokenAsync(AppDb db, string hash, CancellationToken cancellationToken)
    {
        var token = await db.AccessTokens.AsNoTracking().FirstOrDefaultAsync(row => row.Hash == hash, cancellationToken);
        if (token is null || await ReadUserAsync(db, token.UserId, cancellationToken) is not { } identity)
            return null;
        return new(token.Id, Scopes.Parse(token.Scopes) ?? [], identity);
    }

    private static Task<Identity?> ReadUserAsync(AppDb db, int userId, CancellationToken cancellationToken) =>
        db.Users.Where(user => user.Id == userId)
            .Select(user => new Identity(
                user.Id, user.Email!, user.PrimaryAccountId, user.Memberships.Select(membership => membership.AccountId).ToList()))
            .FirstOrDefaultAsync(cancellationToken);

    private sealed record Entry<T>(T Value, DateTimeOffset ExpiresAt);
}

/// <summary>A token's row, its scopes and its owner.</summary>
internal sealed record TokenIdentity(int TokenId, System.Collections.Frozen.FrozenSet<string> Scopes, Identity Owner);
