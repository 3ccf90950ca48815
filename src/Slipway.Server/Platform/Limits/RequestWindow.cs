namespace Slipway.Server.Platform.Limits;

/// <summary>The requests of one caller in one clock hour: those that all nodes know of, and those that only this one does yet.</summary>
internal sealed class RequestWindow(int hour, int limit, int shared)
{
    private int _shared = shared;
    private int _pending;

    public int Hour => hour;

    public int Limit => limit;

    public int Pending => Volatile.Read(ref _pending);

    public int Remaining => Math.Max(0, limit - Volatile.Read(ref _shared) - Pending);

    /// <summary>Counts a request, unless the limit is reached. Refused requests do not count.</summary>
    public bool TryTake()
    {
        if (Volatile.Read(ref _shared) + Interlocked.Increment(ref _pending) <= limit)
            return true;
        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Takes over the sum of all nodes, which now includes <paramref name="written"/> of this one.</summary>
    public void Share(int sum, int written)
    {
        Volatile.Write(ref _shared, sum);
        Interlocked.Add(ref _pending, -written);
    }
}
