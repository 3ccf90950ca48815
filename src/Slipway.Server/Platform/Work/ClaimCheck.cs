using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Work;

/// <summary>
/// Whether a stack's work is still this node's, before it asks something of a machine. A machine refuses an older epoch only when it has seen the newer one;
/// a node that was paused, or is cut off from the database, must find out by itself.
/// </summary>
internal sealed class ClaimCheck(IServiceScopeFactory scopes, TimeProvider time, bool hasNodes)
{
    // Others take a stack over when its node was silent for two and a half seconds.
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<RemoteScope, long> _confirmed = new();

    /// <summary>Asks the database, unless it did a moment ago.</summary>
    /// <exception cref="FencedException">Another node has taken the work over.</exception>
    public async Task ConfirmAsync(RemoteScope claim, CancellationToken cancellationToken)
    {
        if (!hasNodes)
            return;
        var now = time.GetTimestamp();
        if (_confirmed.TryGetValue(claim, out var confirmed) && time.GetElapsedTime(confirmed, now) < Validity)
            return;
        if (!await DatabaseErrors.PersistAsync(() => HoldsAsync(claim, cancellationToken), time, cancellationToken))
        {
            _confirmed.TryRemove(claim, out _);
            throw new FencedException(claim.Stack, claim.Epoch);
        }
        _confirmed[claim] = now;
        foreach (var old in _confirmed.Where(pair => time.GetElapsedTime(pair.Value, now) > Validity))
            _confirmed.TryRemove(old);
    }

    private async Task<bool> HoldsAsync(RemoteScope claim, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var (slug, isBeside) = Lane.Of(claim);
        return await db.Stacks.AnyAsync(stack => stack.Slug == slug && (isBeside ? stack.BesideEpoch : stack.Epoch) == claim.Epoch, cancellationToken);
    }
}
