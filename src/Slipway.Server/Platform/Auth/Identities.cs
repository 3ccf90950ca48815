using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Platform.Auth;

/// <summary>Finds who a token or a session belongs to, and remembers it for a moment.</summary>
internal sealed class Identities(IDbContextFactory<AppDb> contexts, CacheTrust trust, TimeProvider time)
{
    // Changes evict what they touch; this is for what nobody tells.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, Entry<TokenIdentity>> _tokens = new();
    private readonly ConcurrentDictionary<int, Entry<Identity>> _users = new();
    private long _changes;

    public async ValueTask<TokenIdentity?> FindByTokenHashAsync(string hash, CancellationToken cancellationToken) =>
        await FindAsync(_tokens, hash, ReadTokenAsync, cancellationToken) is { } found && !(found.ExpiresAt <= time.GetUtcNow()) ? found : null;

    public ValueTask<Identity?> FindByUserIdAsync(int userId, CancellationToken cancellationToken) =>
        FindAsync(_users, userId, ReadUserAsync, cancellationToken);

    /// <summary>Call it when a token is revoked or changed and that is committed.</summary>
    public void ForgetToken(string hash)
    {
        Interlocked.Increment(ref _changes);
        _tokens.TryRemove(hash, out _);
    }

    /// <summary>Call it when a person's memberships, rights or lock have changed and that is committed.</summary>
    public void ForgetUser(int userId)
    {
        Interlocked.Increment(ref _changes);
        _users.TryRemove(userId, out _);
        foreach (var (hash, entry) in _tokens)
            if (entry.Value.Owner.UserId == userId)
                _tokens.TryRemove(hash, out _);
    }

    public void ForgetAll()
    {
        Interlocked.Increment(ref _changes);
        _users.Clear();
        _tokens.Clear();
    }

    private async ValueTask<T?> FindAsync<TKey, T>(
        ConcurrentDictionary<TKey, Entry<T>> cache,
        TKey key,
        Func<AppDb, TKey, CancellationToken, Task<T?>> read,
        CancellationToken cancellationToken)
        where TKey : notnull
        where T : class
    {
        var now = time.GetUtcNow();
        var isTrusted = trust.IsGiven;
        if (isTrusted && cache.TryGetValue(key, out var entry) && entry.ExpiresAt > now)
            return entry.Value;
        var changesBefore = Interlocked.Read(ref _changes);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var value = await read(db, key, cancellationToken);
        // Misses are not kept: guesses must not fill the memory.
        if (value is null || !isTrusted)
            return value;
        if (cache.Count >= MaxEntries)
            cache.Clear();
        var found = new Entry<T>(value, now + Lifetime);
        cache[key] = found;
        // What was read may be older than a change that came in the meantime.
        if (Interlocked.Read(ref _changes) != changesBefore)
            cache.TryRemove(new(key, found));
        return value;
    }

    private static async Task<TokenIdentity?> ReadTokenAsync(AppDb db, string hash, CancellationToken cancellationToken)
    {
        var token = await db.AccessTokens.AsNoTracking().FirstOrDefaultAsync(row => row.Hash == hash, cancellationToken);
        if (token is null || await ReadUserAsync(db, token.UserId, cancellationToken) is not { } identity)
            return null;
        return new(token.Id, Scopes.Parse(token.Scopes) ?? [], identity, token.ApplicationId, token.ExpiresAt);
    }

    // Who is locked is nobody here: no token and no session works.
    private static async Task<Identity?> ReadUserAsync(AppDb db, int userId, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().Where(user => user.Id == userId && user.LockedAt == null)
            .Select(user => new { user.Email, user.PrimaryAccountId })
            .FirstOrDefaultAsync(cancellationToken);
        if (user is null)
            return null;
        var accounts = await db.Memberships.Where(membership => membership.UserId == userId).OrderBy(membership => membership.AccountId)
            .Select(membership => new { membership.AccountId, membership.Account!.SuspendedAt, membership.Account.SuspendedFor })
            .ToListAsync(cancellationToken);
        return new(userId, user.Email!, user.PrimaryAccountId, [.. accounts.Select(account => account.AccountId)])
        {
            Suspended = accounts.Where(account => account.SuspendedAt is not null)
                .ToFrozenDictionary(account => account.AccountId, account => account.SuspendedFor ?? Accounts.Account.NoReason),
        };
    }

    private sealed record Entry<T>(T Value, DateTimeOffset ExpiresAt);
}

/// <summary>A token's row, its scopes and its owner; the application that holds it unless it is personal, and its end if it has one.</summary>
internal sealed record TokenIdentity(
    int TokenId, FrozenSet<string> Scopes, Identity Owner, int? ApplicationId, DateTimeOffset? ExpiresAt);
