using System.Diagnostics.Metrics;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>Counts the connections that are held to all machines; each costs a thread and some memory here.</summary>
internal sealed class HeldConnections(int most, Action makeRoom) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly Meter Meter = new("Slipway");
    private static readonly UpDownCounter<int> Held = Meter.CreateUpDownCounter<int>("slipway.ssh.connections", null, "Connections to machines that this node holds");

    private readonly SemaphoreSlim _room = new(most, most);

    /// <summary>Takes a place. When there is none, the connection that is idle longest is closed; when none is idle, this waits.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _room.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            do
            {
                makeRoom();
            }
            while (!await _room.WaitAsync(Look, cancellationToken));
        }
        Held.Add(1);
    }

    public void Leave()
    {
        Held.Add(-1);
        _room.Release();
    }

    public void Dispose() => _room.Dispose();
}
