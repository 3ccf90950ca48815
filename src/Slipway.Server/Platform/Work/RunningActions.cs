using System.Collections.Concurrent;

namespace Slipway.Server.Platform.Work;

/// <summary>The stacks and actions that this node works on, so that they can be cancelled, or left to others when the node stops.</summary>
internal sealed class RunningActions : IDisposable
{
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<Lane, bool> _lanes = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Whether the server is stopping: what runs is left to be taken up again, not ended.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>When this is cancelled, nobody may wait any longer for what runs on a machine.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public IReadOnlyCollection<Lane> Lanes => [.. _lanes.Keys];

    public bool IsBusy(Lane lane) => _lanes.ContainsKey(lane);

    /// <summary>False when this node works on the stack already, or takes no more work.</summary>
    public bool TryTake(Lane lane) => !IsStopping && _lanes.TryAdd(lane, true);

    public void Release(Lane lane) => _lanes.TryRemove(lane, out _);

    public CancellationTokenSource Begin(int actionId) => _running.GetOrAdd(actionId, _ => new());

    public void End(int actionId)
    {
        if (_running.TryRemove(actionId, out var source))
            source.Dispose();
    }

    /// <summary>Cancels the action if it runs on this node.</summary>
    public async Task CancelAsync(int actionId)
    {
        if (!_running.TryGetValue(actionId, out var source))
            return;
        try
        {
            await source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this very moment, so there is nothing left to cancel.
        }
    }

    /// <summary>Leaves all that runs. Commands on machines go on, and whoever takes the work up finds them.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        foreach (var actionId in _running.Keys)
            await CancelAsync(actionId);
    }

    public void Dispose() => _stopping.Dispose();
}
