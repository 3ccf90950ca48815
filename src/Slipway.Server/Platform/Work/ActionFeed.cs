using System.Collections.Concurrent;

namespace Slipway.Server.Platform.Work;

/// <summary>Tells live readers that an action has news in the database. A missed signal costs a reader at most the time of its own look.</summary>
internal sealed class ActionFeed
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waiters = new();

    /// <summary>Wakes all who wait for news of the action.</summary>
    public void Signal(int actionId)
    {
        if (_waiters.TryRemove(actionId, out var waiter))
            waiter.TrySetResult();
    }

    /// <summary>Take this before reading the database, and await it after: nothing in between is missed.</summary>
    public Task NextAsync(int actionId) =>
        _waiters.GetOrAdd(actionId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
