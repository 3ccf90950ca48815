using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Slipway.Server.Platform.Work.Feed;

/// <summary>Tells live readers, of this node and through <see cref="FeedExchange"/> of the others, that an action has news in the database.</summary>
internal sealed class ActionFeed
{
    /// <summary>A missed signal costs a reader at most the time until it looks by itself.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waiters = new();
    private readonly Channel<int> _outgoing = Channel.CreateBounded<int>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private long _version;

    /// <summary>Actions with news that other nodes have to hear of; read where there are any.</summary>
    public ChannelReader<int> Outgoing => _outgoing.Reader;

    /// <summary>Raised by every signal. What is read after this was asked holds all that was signalled before.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Wakes all who wait for news of the action, on every node.</summary>
    public void Signal(int actionId)
    {
        SignalHere(actionId);
        _outgoing.Writer.TryWrite(actionId);
    }

    /// <summary>Wakes those of this node.</summary>
    public void SignalHere(int actionId)
    {
        Interlocked.Increment(ref _version);
        if (_waiters.TryRemove(actionId, out var waiter))
            waiter.TrySetResult();
    }

    /// <summary>Take this before reading the database, and await it after: nothing in between is missed.</summary>
    public Task NextAsync(int actionId) =>
        _waiters.GetOrAdd(actionId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
