using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Slipway.Contracts;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Http;
using Slipway.Engine.Commands.Docker;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

public sealed class ContainerLogTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Lines_OfAllServers_ComeInTheOrderOfTime()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        GivenLog("192.0.2.1", containers[0], "--tail 3", $"{Time(1)} one\n{Time(4)} four\nand its rest\n{Time(5)} ");
        GivenLog("192.0.2.2", containers[1], "--tail 3", $"{Time(2)} two\n{Time(3)} three");

        var all = await owner.Api.Services.ListLogAsync(uid, "web", 3, cancellationToken: Cancel);

        Assert.Equal([(Time(4), "Lion", "four"), (Time(4), "Lion", "and its rest"), (Time(5), "Lion", "")], all.Response.Select(line => (line.Time, line.Server, line.Text)));
        var one = await owner.Api.Containers.ListLogAsync(uid, containers[1][..12], 3, cancellationToken: Cancel);
        Assert.Equal([("web", containers[1], "two"), ("web", containers[1], "three")], one.Response.Select(line => (line.Service, line.Container, line.Text)));
    }

    [Fact]
    public async Task Reader_GoesOn_BehindTheLineThatItHasSeen()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        GivenLog("192.0.2.1", containers[0], "--tail 2", $"{Time(1)} one\n{Time(3)} three");
        GivenLog("192.0.2.2", containers[1], "--tail 2", $"{Time(2)} two");
        GivenLog("192.0.2.1", containers[0], $"--since {Time(3)} --follow", $"{Time(3)} three\n{Time(5)} five");
        GivenLog("192.0.2.2", containers[1], $"--since {Time(2)} --follow", $"{Time(2)} two\n{Time(4)} four");

        Assert.Equal(["two", "three", "four", "five"], await TextsAsync(owner.Api.Services.FollowLogAsync(uid, "web", 2, Cancel), 4));

        GivenLog("192.0.2.1", containers[0], $"--since {Time(4)} --tail 10000", $"{Time(5)} five");
        GivenLog("192.0.2.2", containers[1], $"--since {Time(4)} --tail 10000", $"{Time(4)} four\n{Time(6)} six");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/3/stacks/{uid}/services/web/log/events.json");
        request.Headers.Add("Last-Event-ID", Time(4));
        using var response = await owner.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = SseParser.Create(await response.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel);
        Assert.Equal(["five", "six"], await TextsAsync(events, 2));
    }

    // The records of containers follow when a deployment has ended; the containers end before.
    [Fact]
    public async Task ContainerThatIsGone_FallsSilent()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        GivenLog("192.0.2.1", containers[0], "--tail 1", $"{Time(1)} one");
        GivenLog("192.0.2.1", containers[0], $"--since {Time(1)} --follow", $"Error response from daemon: No such container: {containers[0]}", exitCode: 1);
        GivenLog("192.0.2.2", containers[1], "--tail 1", $"{Time(2)} two");
        GivenLog("192.0.2.2", containers[1], $"--since {Time(2)} --follow", $"{Time(2)} two\n{Time(4)} four");
        Assert.Equal(["two", "four"], await TextsAsync(owner.Api.Services.FollowLogAsync(uid, "web", 1, Cancel), 2));

        GivenLog("192.0.2.1", containers[0], "--tail 1", $"Error: No such container: {containers[0]}", exitCode: 1);
        GivenLog("192.0.2.1", containers[0], "--follow", $"Error: No such container: {containers[0]}", exitCode: 1);
        Assert.Equal(["two", "four"], await TextsAsync(owner.Api.Services.FollowLogAsync(uid, "web", 1, Cancel), 2));
    }

    [Fact]
    public async Task Reader_GetsNoMore_WhenTheTokenIsRevoked()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var app = new SlipwayApp { Time = time };
        var (owner, uid, containers) = await GivenServiceAsync(app);
        app.Machines.Of("192.0.2.1").Answers[$"docker container logs --timestamps --tail 1 -- {containers[0]}"] = $"{Time(1)} one";
        var spare = await owner.Api.Tokens.CreateAsync("Spare", "admin", Cancel);
        await using var events = new SlipwayClient(app.Http(spare.Token)).Services.FollowLogAsync(uid, "web", 1, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        await owner.Api.Tokens.RevokeAsync(spare.Id, Cancel);

        var isMore = events.MoveNextAsync().AsTask();
        while (!isMore.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
        Assert.False(await isMore);
    }

    [Fact]
    public async Task ServerThatIsGone_IsTold_AndHoldsUpNobody()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        GivenLog("192.0.2.1", containers[0], "--tail 1", $"{Time(1)} one");
        _app.Machines.Of("192.0.2.2").HostKey = "SHA256:another";

        var seen = new List<string>();
        await foreach (var item in owner.Api.Services.FollowLogAsync(uid, "web", 1, Cancel))
        {
            seen.Add(item.EventType);
            if (item.EventType == ContainersClient.ProblemEvent)
                Assert.StartsWith("web on Tiger: 192.0.2.2 shows SHA256:another", JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.String), StringComparison.Ordinal);
            if (seen.Count == 2)
                break;
        }
        Assert.Equal([ContainersClient.LineEvent, ContainersClient.ProblemEvent], seen);

        GivenLog("192.0.2.1", containers[0], "--tail 100", $"{Time(1)} one");
        var listed = (await owner.Api.Services.ListLogAsync(uid, "web", cancellationToken: Cancel)).Response;
        Assert.Equal([("one", "Lion", false), ("Slipway", "Tiger", true)], listed.Select(line => (line.Text.Split(' ')[0], line.Server, line.IsNotice)));
        Assert.Contains("192.0.2.2 shows SHA256:another", listed[1].Text, StringComparison.Ordinal);
        Assert.Equal(listed[0].Time, listed[1].Time);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(() => owner.Api.Containers.ListLogAsync(uid, containers[1], cancellationToken: Cancel)));
        _app.Machines.Of("192.0.2.1").HostKey = "SHA256:another";
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(() => owner.Api.Services.ListLogAsync(uid, "web", cancellationToken: Cancel)));
    }

    [Fact]
    public async Task Log_NeedsTheLevelControl_AndSomethingThatPrints()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        var deployer = await _app.GivenMemberAsync(AccessLevel.Deploy);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => deployer.Api.Services.ListLogAsync(uid, "web", cancellationToken: Cancel)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => deployer.Api.Containers.ListLogAsync(uid, containers[0], cancellationToken: Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => owner.Api.Services.ListLogAsync(uid, "nobody", cancellationToken: Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => owner.Api.Containers.ListLogAsync(uid, new('e', 64), cancellationToken: Cancel)));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(() => owner.Api.Services.ListLogAsync(uid, "web", 10_001, cancellationToken: Cancel)));
    }

    [Fact]
    public async Task Usage_IsWhatDockerMeasures_OfServersThatAnswer()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        _app.Machines.Of("192.0.2.1").Answers[$"docker container stats --no-stream --no-trunc --format {{{{json .}}}} -- {containers[0]}"] =
            $$"""
            {"ID":"{{containers[0]}}","Name":"x","CPUPerc":"150.25%","MemUsage":"1.5MiB / 2GiB","MemPerc":"0.07%"}
            {"ID":"{{new string('e', 64)}}","CPUPerc":"1%","MemUsage":"1B / 2B"}
            {"ID":"{{containers[0]}}","CPUPerc":"--","MemUsage":"-- / --"}
            no JSON
            """;
        _app.Machines.Of("192.0.2.2").HostKey = "SHA256:another";

        var usage = Assert.Single((await owner.Api.Containers.ListUsageAsync(uid, Cancel)).Response);

        Assert.Equal(new ContainerUsage(containers[0], "web", "Lion", 150.25, 1572864, 2147483648), usage);
    }

    [Fact]
    public async Task Usage_OfContainersBesideOneThatIsGone_IsShown()
    {
        var (owner, uid, containers) = await GivenServiceAsync();
        var (server, slug) = await _app.InDatabaseAsync(async db =>
            (await db.Servers.Where(row => row.Name == "Lion").Select(row => row.Uid).SingleAsync(Cancel), await db.Stacks.Select(row => row.Slug).SingleAsync(Cancel)));
        var gone = await _app.InDatabaseAsync(db => Given.ContainerAsync(db, server, uid: 'e'));
        var machine = _app.Machines.Of("192.0.2.1");
        machine.ExitCodes[string.Join(' ', DockerCommands.Stats([containers[0], gone]))] = 1;
        machine.Answers[string.Join(' ', DockerCommands.Stats([containers[0]]))] = $$"""{"ID":"{{containers[0]}}","CPUPerc":"1%","MemUsage":"1B / 2B"}""";
        DockerContainer.Give(machine, new(slug), new DockerContainer(containers[0]));

        Assert.Equal(containers[0], Assert.Single((await owner.Api.Containers.ListUsageAsync(uid, Cancel)).Response).Uid);
    }

    private Task<(Person Owner, string Uid, List<string> Containers)> GivenServiceAsync() => GivenServiceAsync(_app);

    private static async Task<(Person Owner, string Uid, List<string> Containers)> GivenServiceAsync(SlipwayApp app)
    {
        var owner = await app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        await app.ChangeAsync(db => Given.DockerAsync(db, uid));
        List<string> containers = [];
        foreach (var (address, name, letter) in new[] { ("192.0.2.1", "Lion", 'c'), ("192.0.2.2", "Tiger", 'd') })
        {
            app.Machines.Add(address);
            var server = await owner.Api.Servers.AddAsync(uid, new() { Address = address, Name = name }, Cancel);
            containers.Add(await app.InDatabaseAsync(db => Given.ContainerAsync(db, server.Uid, uid: letter)));
        }
        return (owner, uid, containers);
    }

    private void GivenLog(string address, string container, string options, string lines, int exitCode = 0)
    {
        var program = $"docker container logs --timestamps {options} -- {container}";
        _app.Machines.Of(address).Answers[program] = lines;
        _app.Machines.Of(address).ExitCodes[program] = exitCode;
    }

    private static string Time(int second) => $"2026-01-31T12:00:0{second}.123456789Z";

    private static async Task<IReadOnlyList<string>> TextsAsync(IAsyncEnumerable<SseItem<string>> events, int count)
    {
        List<string> texts = [];
        await foreach (var item in events)
        {
            Assert.Equal(ContainersClient.LineEvent, item.EventType);
            texts.Add(JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.ContainerLogLine)!.Text);
            if (texts.Count == count)
                break;
        }
        return texts;
    }

    private static async Task<HttpStatusCode> StatusAsync(Func<Task> act) => (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status;
}
