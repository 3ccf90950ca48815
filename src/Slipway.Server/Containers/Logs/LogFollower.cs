using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Contracts;
using Slipway.Contracts.Containers;
using Slipway.Engine;
using Slipway.Engine.Remote;

namespace Slipway.Server.Containers.Logs;

/// <summary>
/// What containers print, over all servers and merged by time: first the newest lines, then each as it comes. Containers that appear later, by a
/// deployment or by scaling, are followed from their first line on; those that end just fall silent.
/// </summary>
/// <param name="find">The containers as they are now; null ends it.</param>
internal sealed class LogFollower(Func<CancellationToken, Task<IReadOnlyList<LogTarget>?>> find, EngineTimeouts timeouts, LogStreams streams)
{
    private const int MostWaiting = 1024;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    // Lines of different servers that belong together arrive at about the same time.
    private static readonly TimeSpan MergePause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<SseItem<string>> _coming = Channel.CreateBounded<SseItem<string>>(MostWaiting);
    private readonly Dictionary<string, Following> _followed = [];

    /// <param name="since">Only lines after that time; null for the newest.</param>
    /// <param name="tail">How many of those that are there already.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<SseItem<string>> ReadAsync(string? since, int tail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            foreach (var item in await ReadOldAsync(since, tail, ending.Token))
                yield return item;
            while (!streams.IsStopping && await find(ending.Token) is { } targets)
            {
                foreach (var target in targets)
                    Follow(target, ending.Token);
                var looked = streams.Time.GetTimestamp();
                while (!streams.IsStopping && streams.Time.GetElapsedTime(looked) < LookInterval)
                    foreach (var item in await ReadNewAsync(ending.Token))
                        yield return item;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(_followed.Values.Select(following => following.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<SseItem<string>>> ReadOldAsync(string? since, int tail, CancellationToken cancellationToken)
    {
        var targets = await find(cancellationToken) ?? [];
        // One line at least, to know where to go on.
        var old = await Task.WhenAll(targets.Select(target => ReadOldAsync(target, since, Math.Max(tail, 1), cancellationToken)));
        return [.. old.SelectMany(lines => lines).Where(line => string.CompareOrdinal(line.Time, since) > 0)
            .OrderBy(line => line.Time, StringComparer.Ordinal).TakeLast(tail).Select(Item)];
    }

    private async Task<IReadOnlyList<ContainerLogLine>> ReadOldAsync(LogTarget target, string? since, int tail, CancellationToken cancellationToken)
    {
        var following = _followed[target.Uid] = new() { Last = since };
        try
        {
            var lines = await target.ReadAsync(since, tail, timeouts, cancellationToken);
            if (lines.Count > 0)
                following.Last = lines[^1].Time;
            return lines;
        }
        catch (RemoteException exception) when (LogTarget.IsOfNone(exception.Result))
        {
            return [];
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException)
        {
            await TellAsync(target, following, exception.Message, cancellationToken);
            return [];
        }
    }

    // Also one that is over: it may have been the line to the server that ended, or the container was started again.
    private void Follow(LogTarget target, CancellationToken cancellationToken)
    {
        if (!_followed.TryGetValue(target.Uid, out var following))
            following = _followed[target.Uid] = new();
        if (following.Work.IsCompleted)
            following.Work = FollowAsync(target, following, cancellationToken);
    }

    private async Task FollowAsync(LogTarget target, Following following, CancellationToken cancellationToken)
    {
        var address = target.Host.Machine.Address;
        if (!streams.TryEnter(address))
        {
            await TellAsync(target, following, $"{LogStreams.MostOfMachine} logs of this server are followed already. This one comes when one of them is closed.", cancellationToken);
            return;
        }
        try
        {
            var problem = await target.FollowAsync(following.Last, PassOnAsync, timeouts, cancellationToken);
            if (problem is not null)
                await TellAsync(target, following, problem, cancellationToken);
        }
        finally
        {
            streams.Leave(address);
        }

        async ValueTask PassOnAsync(ContainerLogLine line)
        {
            (following.Last, following.Problem) = (line.Time, null);
            await _coming.Writer.WriteAsync(Item(line), cancellationToken);
        }
    }

    private async Task TellAsync(LogTarget target, Following following, string problem, CancellationToken cancellationToken)
    {
        if (following.Problem == problem)
            return;
        following.Problem = problem;
        await _coming.Writer.WriteAsync(
            new(JsonSerializer.Serialize($"{target.Service} on {target.Server}: {problem}", SlipwayJson.Default.String), ContainersClient.ProblemEvent), cancellationToken);
    }

    private async Task<IReadOnlyList<SseItem<string>>> ReadNewAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(MergePause, streams.Time, cancellationToken);
        List<SseItem<string>> items = [];
        while (items.Count < MostWaiting && _coming.Reader.TryRead(out var item))
            items.Add(item);
        return [.. items.OrderBy(item => item.EventId, StringComparer.Ordinal)];
    }

    private static SseItem<string> Item(ContainerLogLine line) =>
        new(JsonSerializer.Serialize(line, SlipwayJson.Default.ContainerLogLine), ContainersClient.LineEvent) { EventId = line.Time };

    private sealed class Following
    {
        public Task Work { get; set; } = Task.CompletedTask;

        /// <summary>Time of the newest line that was read.</summary>
        public string? Last { get; set; }

        public string? Problem { get; set; }
    }
}
