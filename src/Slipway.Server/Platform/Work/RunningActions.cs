using System.Collections.Concurrent;

namespace Slipway.Server.Platform.Work;

/// <summary>The actions that this node works on, so that they can be cancelled.</summary>
internal sealed class RunningActions
{
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<int, int> _stacks = new();

    /// <summary>Whether the server is stopping: what runs is left to be taken up again, not ended.</summary>
    public bool IsStopping { get; private set; }

    public bool IsBusy(int stackId) => _stacks.ContainsKey(stackId);

    public CancellationTokenSource Begin(int stackId, int actionId)
    {
        _stacks[stackId] = actionId;
        return _running.GetOrAdd(actionId, _ => new());
    }

    public void End(int stackId, int actionId)
    {
        _stacks.TryRemove(stackId, out _);
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

    public void Stop() => IsStopping = true;
}
