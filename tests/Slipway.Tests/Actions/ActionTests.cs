using System.Net;
using System.Net.ServerSentEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Http;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Work.Feed;
using Slipway.Server.Platform.Work;
using Slipway.Tests.Support;

namespace Slipway.Tests.Actions;

public sealed class ActionTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Action_HasTheTypesThatOldClientsDecode()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var (_, body) = await owner.SendAsync(HttpMethod.Get, $"/api/3/stacks/{stack.Uid}/actions/1.json");
        var action = body["response"]!;
        Assert.Equal(System.Text.Json.JsonValueKind.String, action["resource_id"]!.GetValueKind());
        Assert.Matches("^....-..-..T..:..:..Z$", (string)action["started_at"]!);
        Assert.Null(action["finished_success"]);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        Assert.True((await owner.Api.Actions.GetAsync(stack.Uid, 1, Cancel)).FinishedSuccess);
        Assert.Equal(1, Assert.Single((await owner.Api.Actions.ListAsync(stack.Uid, 1, Cancel)).Response).Id);
    }

    [Fact]
    public async Task Action_OfAnotherStack_IsNotFound()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync("First");
        var second = await owner.GivenStackAsync("Second");
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Actions.GetAsync(second.Uid, 1, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, exception.Status);
    }

    [Fact]
    public async Task Log_GoesOnBehindTheLastLineSeen()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await _app.ChangeAsync(db =>
        {
            for (var number = 1; number <= 1_001; number++)
                Given.Line(db, 1, $"line {number}", DateTimeOffset.UnixEpoch);
            return Task.CompletedTask;
        });
        var first = await owner.Api.Actions.ListLogAsync(stack.Uid, 1, 0, Cancel);
        Assert.Equal((1000, "line 1"), (first.Count, first.Response[0].Text));
        var rest = await owner.Api.Actions.ListLogAsync(stack.Uid, 1, first.Response[^1].Id, Cancel);
        Assert.Equal("line 1001", Assert.Single(rest.Response).Text);
    }

    [Fact]
    public async Task Events_FollowTheActionToItsEnd()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await _app.ChangeAsync(db =>
        {
            Given.Line(db, 1, "early", DateTimeOffset.UnixEpoch);
            Given.Step(db, 1, 1, JournalStep.Running);
            return Task.CompletedTask;
        });
        var seen = new List<(string Type, string Data)>();
        await foreach (var item in owner.Api.Actions.FollowAsync(stack.Uid, 1, 0, Cancel))
        {
            seen.Add((item.EventType, item.Data));
            if (item.EventType == ActionsClient.StepsEvent && seen.Count == 2)
                await EndAsync();
        }
        Assert.Equal(
            [ActionsClient.LineEvent, ActionsClient.StepsEvent, ActionsClient.LineEvent, ActionsClient.StepsEvent, ActionsClient.FinishedEvent],
            seen.Select(item => item.Type));
        Assert.Contains("late", seen[2].Data, StringComparison.Ordinal);
        Assert.Contains("\"finished_success\":true", seen[4].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_BeatWhileNothingHappens()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var app = new SlipwayApp { Time = time };
        var owner = await app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await using var body = await owner.Http.GetStreamAsync($"/api/3/stacks/{stack.Uid}/actions/1/events", Cancel);
        await using var events = SseParser.Create(body).EnumerateAsync(Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        Assert.True(await AdvanceUntilAsync(time, events.MoveNextAsync().AsTask()));
        Assert.Equal((ApiConnection.BeatEvent, ""), (events.Current.EventType, events.Current.Data));
    }

    [Fact]
    public async Task Events_EndWithTheReadersToken()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var app = new SlipwayApp { Time = time };
        var owner = await app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var reader = await owner.Api.Tokens.CreateAsync("Reader", "public", Cancel);
        await using var events = new SlipwayClient(app.Http(reader.Token)).Actions.FollowAsync(stack.Uid, 1, 0, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        await owner.Api.Tokens.RevokeAsync(reader.Id, Cancel);

        Assert.False(await AdvanceUntilAsync(time, events.MoveNextAsync().AsTask()));
    }

    [Fact]
    public async Task Events_ResumeBehindLastEventId()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await _app.ChangeAsync(async db =>
        {
            Given.Line(db, 1, "seen", DateTimeOffset.UnixEpoch);
            Given.Line(db, 1, "unseen", DateTimeOffset.UnixEpoch);
            await Given.FinishActionsAsync(db);
        });
        owner.Http.DefaultRequestHeaders.Add("Last-Event-ID", "1");
        var lines = new List<string>();
        await foreach (var item in owner.Api.Actions.FollowAsync(stack.Uid, 1, 0, Cancel))
            if (item.EventType == ActionsClient.LineEvent)
                lines.Add(item.Data);
        Assert.Contains("unseen", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static async Task<bool> AdvanceUntilAsync(FakeTimeProvider time, Task<bool> task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(ActionFeed.LookInterval);
            await Task.Yield();
        }
        return await task;
    }

    private async Task EndAsync()
    {
        await _app.ChangeAsync(async db =>
        {
            Given.Line(db, 1, "late", DateTimeOffset.UnixEpoch);
            (await db.JournalSteps.FirstAsync(Cancel)).State = JournalStep.Done;
            await Given.FinishActionsAsync(db);
        });
        _app.Services.GetRequiredService<ActionFeed>().Signal(1);
    }
}
