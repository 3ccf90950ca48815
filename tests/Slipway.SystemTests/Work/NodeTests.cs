using System.Diagnostics;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work;

/// <summary>Nodes that die, sleep or lose the database in the middle of a deployment: another one goes on, and what the lost one still does counts for nothing.</summary>
[Collection(nameof(Nodes))]
public sealed class NodeTests(Nodes nodes, ITestOutputHelper output)
{
    // The promise is five seconds, and what is measured is printed. A lost trigger that waits for nothing takes for ever; what lies between is for noisy machines.
    private static readonly TimeSpan Promised = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task KilledNode_IsFollowedByAnother_InUnderFiveSeconds()
    {
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        var (node, there) = await nodes.AddAsync();
        await using var other = node;
        var epoch = await nodes.ReadEpochAsync();

        await nodes.Owner.Slipway.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await nodes.AwaitNoticeAsync(1);
        var noticed = Stopwatch.GetElapsedTime(killed);
        await nodes.AwaitTakeOverAsync(epoch);
        var elapsed = Stopwatch.GetElapsedTime(killed);

        output.WriteLine($"Noticed {noticed.TotalSeconds:0.0} s after the kill, taken over after {elapsed.TotalSeconds:0.0} s");
        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(there, reply);
        await nodes.Owner.Slipway.StartAsync(App.Token);
        Assert.InRange(elapsed, TimeSpan.Zero, Promised);
    }

    [Fact]
    public async Task StoppedNode_HandsOverAtOnce()
    {
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        var (node, there) = await nodes.AddAsync();
        await using var other = node;
        var epoch = await nodes.ReadEpochAsync();

        var asked = Stopwatch.GetTimestamp();
        var stopping = nodes.Owner.Slipway.StopAsync(App.Token);
        await nodes.AwaitTakeOverAsync(epoch);
        output.WriteLine($"Handed over {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.0} s after SIGTERM");
        Assert.Equal(0, await stopping);
        output.WriteLine($"Ended {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.0} s after SIGTERM");

        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(there, reply);
        await nodes.Owner.Slipway.StartAsync(App.Token);
    }

    [Fact]
    public async Task NodePausedForAMinute_WritesNothingMore()
    {
        var here = nodes.Owner.Slipway;
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        var (node, there) = await nodes.AddAsync();
        await using var other = node;
        var epoch = await nodes.ReadEpochAsync();

        await here.SignalAsync("STOP", App.Token);
        var paused = Stopwatch.GetTimestamp();
        await nodes.AwaitTakeOverAsync(epoch);
        output.WriteLine($"Taken over {Stopwatch.GetElapsedTime(paused).TotalSeconds:0.0} s after the pause");
        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(there, reply);
        var log = await there.LinesAsync(reply.AsyncActionId);
        var next = await Nodes.QueueWithGateAsync(there);
        await App.WaitAsync(() => Task.FromResult(Stopwatch.GetElapsedTime(paused) > Minute));

        await here.SignalAsync("CONT", App.Token);
        await AwaitLineAsync(here, "was taken over by another node");
        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(nodes.App, next);
        Assert.Equal(log, await there.LinesAsync(reply.AsyncActionId));
    }

    [Fact]
    public async Task NodeCutOffFromTheDatabase_WritesNothingMore()
    {
        var here = nodes.Owner.Slipway;
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        var (node, there) = await nodes.AddAsync();
        await using var other = node;
        var epoch = await nodes.ReadEpochAsync();

        nodes.Line.Cut();
        await nodes.AwaitTakeOverAsync(epoch);
        // The lost node hears the lines, too, for its line to the server is whole.
        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(there, reply);
        var log = await there.LinesAsync(reply.AsyncActionId);

        nodes.Line.Mend();
        await AwaitLineAsync(here, "was taken over by another node");
        await Nodes.AssertWholeAsync(there, reply);
        Assert.Equal(log, await there.LinesAsync(reply.AsyncActionId));
        DeployedApp.AssertSucceeded(await nodes.App.DeployAsync());
    }

    [Fact]
    public async Task CommitOfLines_WhoseAnswerIsLost_IsNotDoneTwice()
    {
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        nodes.Line.LoseAnswerToCommitOf("line 21");
        await nodes.OpenGateAsync();
        await Nodes.AssertRanOnceAsync(nodes.App, reply);
        Assert.True(nodes.Line.HasLostAnswer);
    }

    [Fact]
    public async Task LiveLog_ReachesReadersOfAnotherNode_Whole()
    {
        const int readers = 500;
        var reply = await Nodes.QueueWithGateAsync(nodes.App);
        var (node, there) = await nodes.AddAsync();
        await using var other = node;
        var client = node.ClientFor(nodes.Token);
        var (waiting, lastLine) = (readers, 0L);
        var reading = Enumerable.Range(0, readers).Select(_ => ReadAsync()).ToList();
        await App.WaitAsync(() => Task.FromResult(Volatile.Read(ref waiting) == 0));

        await nodes.OpenGateAsync();
        var opened = Stopwatch.GetTimestamp();
        var logs = await Task.WhenAll(reading);
        output.WriteLine($"{readers} readers had the last line after {Stopwatch.GetElapsedTime(opened, lastLine).TotalSeconds:0.0} s");
        var whole = await there.LogAsync(reply.AsyncActionId);
        Assert.All(logs, log => Assert.Equal(whole.Select(line => line.Id), log));

        async Task<List<long>> ReadAsync()
        {
            List<long> ids = [];
            await foreach (var item in client.Actions.FollowAsync(there.Uid, reply.AsyncActionId, 0, App.Token))
            {
                if (item.EventType != ActionsClient.LineEvent)
                    continue;
                var line = JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.ActionLogLine)!;
                ids.Add(line.Id);
                if (line.Text == "waiting at the gate")
                    Interlocked.Decrement(ref waiting);
                if (line.Text == "line 40")
                    Interlocked.Exchange(ref lastLine, Stopwatch.GetTimestamp());
            }
            return ids;
        }
    }

    private static Task AwaitLineAsync(SlipwayServer node, string text) =>
        App.WaitAsync(async () => (await File.ReadAllTextAsync(node.Log.FullName, App.Token)).Contains(text, StringComparison.Ordinal));
}
