namespace Slipway.Server.Platform.Data;

/// <summary>
/// Lets one writer at a time into a database that allows only one. SQLite's own waiting is unfair and blocks a thread; this queue is neither.
/// </summary>
internal sealed class WriteGate(bool isNeeded) : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    public async ValueTask<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        if (!isNeeded)
            return default;
        await _semaphore.WaitAsync(cancellationToken);
        return new(_semaphore);
    }

    public void Dispose() => _semaphore.Dispose();

    internal readonly struct Pass(SemaphoreSlim? semaphore) : IDisposable
    {
        public void Dispose() => semaphore?.Release();
    }
}
