namespace Slipway.Engine.Remote.Ssh;

/// <summary>Counts the connections that are held to all machines; each costs a thread and some memory here.</summary>
internal sealed class HeldConnections(int most, Action makeRoom) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _room = new(most, most);

    /// <summary>Takes a place. When there is none, the connection that is idle longest is closed; when none is idle, this waits.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (await _room.WaitAsync(TimeSpan.Zero, cancellationToken))
            return;
        do
        {
            makeRoom();
        }
        while (!await _room.WaitAsync(Look, cancellationToken));
    }

    public void Leave() => _room.Release();

    public void Dispose() => _room.Dispose();
}
