namespace Slipway.Server.Platform.Auth;

/// <summary>
/// Whether this node knows of every revocation, as it must before it may remember a token. On SQLite it is the only node; on PostgreSQL
/// it must have heard from the database within the last moment.
/// </summary>
internal sealed class CacheTrust(bool isOnlyNode, TimeProvider time)
{
    // A revocation is to hold everywhere within a second.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(800);

    private long _heardAt = long.MinValue;

    public bool IsGiven => isOnlyNode || (Interlocked.Read(ref _heardAt) is var heardAt and > long.MinValue && time.GetElapsedTime(heardAt) < Limit);

    /// <param name="timestamp">The time of the clock before the database was asked: all that had happened until then is known.</param>
    public void HaveHeardAt(long timestamp) => Interlocked.Exchange(ref _heardAt, timestamp);
}
