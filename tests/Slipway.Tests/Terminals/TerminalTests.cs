using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Server.Platform.Work;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Terminals;

/// <summary>A terminal in a container, from the websocket to Docker's socket.</summary>
public sealed class TerminalTests : IAsyncDisposable
{
    private const string Own = "http://127.0.0.1:6600";
    private static readonly string Container = new('c', 64);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly FakeDocker _docker = new();
    private readonly SlipwayApp _app;

    public TerminalTests() => _app = new() { Time = _time, Settings = { ["Slipway:Terminals:MostOfPerson"] = "2", ["Slipway:Terminals:Idle"] = "00:05:00" } };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _docker.DisposeAsync();
    }

    [Fact]
    public async Task Shell_IsTypedInto_Read_Resized_AndHungUp()
    {
        var (owner, path) = await GivenContainerAsync();
        using (var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path + "?columns=120&rows=40", Own))
        {
            await terminal.SeeAsync("$ ");
            await terminal.TypeAsync("echo ö");
            Assert.Equal("echo ö", await terminal.SeeAsync("ö"));
            Assert.Equal("120x40", await _docker.Sizes.ReadAsync(Cancel));
            await terminal.TellAsync("""{"resize":{"columns":90,"rows":30}}""");
            Assert.Equal("90x30", await _docker.Sizes.ReadAsync(Cancel));
            await terminal.CloseAsync();
        }
        await _docker.HungUp.WaitAsync(Cancel);

        var wanted = _docker.Wanted!;
        Assert.True((bool)wanted["Tty"]!);
        Assert.Equal([40, 120], wanted["ConsoleSize"]!.AsArray().Select(number => (int)number!));
        Assert.Null(wanted["User"]);
        Assert.Null(wanted["Privileged"]);
        // By this the server finds the shell again.
        Assert.Contains(_docker.Afterwards[^1], wanted["Env"]!.AsArray().Select(text => (string)text!));
        Assert.Matches("^SLIPWAY_TERMINAL=[0-9a-f]{32}$", _docker.Afterwards[^1]);
    }

    [Fact]
    public async Task NothingIsTyped_BeforeTheShellHasItsSize()
    {
        _docker.Refusals = 2;
        // The pauses between its tries are real ones.
        await using var app = new SlipwayApp();
        var (owner, path) = await GivenContainerAsync(app);
        using var terminal = await TerminalWindow.OpenAsync(app, owner.Token, path + "?columns=120&rows=40");
        await terminal.TypeAsync("early");
        await terminal.SeeAsync("early");
        Assert.False(_docker.WasTypedUnsized);
    }

    [Fact]
    public async Task AuditTrail_KnowsWhoOpenedIt_AndForHowLong_AndNothingElse()
    {
        var (owner, path) = await GivenContainerAsync();
        using var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await terminal.SeeAsync("$ ");
        var opened = Assert.Single(await EntriesAsync());
        Assert.Equal(("owner@example.com", "GET /stacks/{stackUid}/containers/{uid}/terminal", "web cccccccccccc on Lion"), (opened.Who, opened.Operation, opened.Subject));
        await terminal.TypeAsync("a secret");
        await terminal.SeeAsync("a secret");
        _time.Advance(TimeSpan.FromSeconds(61));
        await terminal.TypeAsync("exit");
        Assert.Equal((1000, "The shell ended with exit code 3."), await terminal.EndAsync());

        await WaitForAsync(async () => (await EntriesAsync()).Count == 2);
        var entries = await EntriesAsync();
        var change = JsonNode.Parse(entries[1].Changes)![0]!;
        Assert.Equal("ended", (string)change["change"]!);
        Assert.Equal(61, (int)change["after"]!["seconds"]!);
        Assert.Equal(("web", "Lion", Container), ((string)change["after"]!["service"]!, (string)change["after"]!["server"]!, (string)change["after"]!["container"]!));
        Assert.All(entries, entry => Assert.DoesNotContain("secret", entry.Changes, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusals_ComeBeforeTheSocketIsOpen_AndOpenNothing()
    {
        var (owner, path) = await GivenContainerAsync();
        var (stranger, controller) = (await _app.GivenStrangerAsync(), await _app.GivenMemberAsync(AccessLevel.Control));
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "reader@example.com", "public", "redeploy", "jobs", "users");

        await AssertRefusedAsync(404, stranger.Token, path);
        await AssertRefusedAsync(404, owner.Token, path.Replace('c', 'd'));
        await AssertRefusedAsync(403, controller.Token, path);
        await AssertRefusedAsync(403, reader.Token, path);
        await AssertRefusedAsync(401, new('0', 64), path);
        await AssertRefusedAsync(400, owner.Token, path + "?columns=0");
        await AssertRefusedAsync(400, owner.Token, path + "?rows=9999");
        foreach (var origin in new[] { "http://127.0.0.1:8080", "https://127.0.0.1:6600", "http://evil.example", "null", Own + ".evil.example" })
            await AssertRefusedAsync(403, owner.Token, path, origin);
        var (status, body) = await owner.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("websocket", (string)body["details"]!, StringComparison.Ordinal);
        Assert.Null(_docker.Wanted);
        Assert.Empty(await EntriesAsync());
    }

    [Fact]
    public async Task Terminals_OfAPerson_AreLimited()
    {
        var (owner, path) = await GivenContainerAsync();
        using var one = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        using var two = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await AssertRefusedAsync(409, owner.Token, path);
        var (_, body) = await owner.SendAsync(HttpMethod.Get, path);
        Assert.Equal("2 terminals of yours are open already. Close one of them first.", (string?)body["details"]);

        await one.CloseAsync();
        await WaitForAsync(async () => (await owner.SendAsync(HttpMethod.Get, path)).Status == HttpStatusCode.BadRequest);
        using var three = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await three.SeeAsync("$ ");
    }

    [Fact]
    public async Task RightThatIsTaken_EndsIt()
    {
        var (owner, path) = await GivenContainerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.Shell);
        using var terminal = await TerminalWindow.OpenAsync(_app, member.Token, path);
        await terminal.SeeAsync("$ ");
        _time.Advance(TimeSpan.FromSeconds(15));
        await terminal.TypeAsync("still there");
        await terminal.SeeAsync("still there");

        await owner.Api.Members.SetRightAsync(1, member.Id, path.Split('/')[4], 30, Cancel);
        _time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal((1008, "You may not open terminals on this stack any more."), await terminal.EndAsync());
        await _docker.HungUp.WaitAsync(Cancel);
    }

    [Fact]
    public async Task NothingTypedOrPrinted_EndsIt()
    {
        var (owner, path) = await GivenContainerAsync();
        using var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await terminal.SeeAsync("$ ");
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((4000, "Nothing was typed or printed for 5 minutes."), await terminal.EndAsync());
        await _docker.HungUp.WaitAsync(Cancel);
    }

    [Fact]
    public async Task LineThatGoesSilent_EndsIt()
    {
        await using var app = new SlipwayApp { Settings = { ["Slipway:Terminals:Beat"] = "00:00:00.1", ["urls"] = "http://127.0.0.1:0", ["Slipway:PublicUrl"] = Own } };
        app.UseKestrel(0);
        app.StartServer();
        var (owner, path) = await GivenContainerAsync(app);
        var address = app.ClientOptions.BaseAddress;
        using var line = new TcpClient();
        await line.ConnectAsync(address.Host, address.Port, Cancel);
        await line.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: bearer {owner.Token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), Cancel);
        // It is open, and nobody answers what is asked.
        await _docker.HungUp.WaitAsync(Cancel);
        Assert.NotNull(_docker.Wanted);
        await WaitForAsync(async () => await app.InDatabaseAsync(db => db.AuditEntries.CountAsync(entry => entry.SubjectType == "terminal", Cancel)) == 2);
    }

    [Fact]
    public async Task NodeThatIsAskedToEnd_ClosesThemAtOnce_AndOpensNoMore()
    {
        var (owner, path) = await GivenContainerAsync();
        using var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await terminal.SeeAsync("$ ");
        await _app.Services.GetRequiredService<RunningActions>().StopAsync();
        Assert.Equal((1001, "Slipway restarts. Open the terminal again in a moment."), await terminal.EndAsync());
        await AssertRefusedAsync(503, owner.Token, path);
    }

    [Fact]
    public async Task ContainerThatEnds_AndDockerThatDoesNotAnswer_AreTold()
    {
        var (owner, path) = await GivenContainerAsync();
        using (var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path))
        {
            await terminal.SeeAsync("$ ");
            _docker.IsContainerRunning = false;
            await terminal.TypeAsync("exit");
            Assert.Equal((1000, "The container has ended."), await terminal.EndAsync());
        }
        using (var stopped = await TerminalWindow.OpenAsync(_app, owner.Token, path))
            Assert.Equal((1011, "Docker on 192.0.2.1 refused: Container ccc is not running"), await stopped.EndAsync());
        _app.Machines.Of("192.0.2.1").Docker = null;
        using (var silent = await TerminalWindow.OpenAsync(_app, owner.Token, path))
            Assert.Equal(
                (1011, "Docker on 192.0.2.1 cannot be asked: 192.0.2.1: cannot connect to /var/run/docker.sock: No such file or directory"), await silent.EndAsync());
        await WaitForAsync(async () => (await EntriesAsync()).Count == 6);
    }

    [Theory]
    [InlineData("resize", 1007)]
    [InlineData("""{"resize":{"columns":0,"rows":10}}""", 1007)]
    [InlineData("""{"resize":{"columns":"80","rows":10}}""", 1007)]
    [InlineData("""{"resize":[]}""", 1007)]
    [InlineData("""{"shown":-1}""", 1007)]
    [InlineData("[]", 1007)]
    [InlineData("long", 1009)]
    public async Task Message_ThatIsNone_EndsIt(string text, int status)
    {
        var (owner, path) = await GivenContainerAsync();
        using var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path);
        await terminal.SeeAsync("$ ");
        await terminal.TellAsync(text == "long" ? $"{{\"resize\":{new string(' ', 2000)}}}" : text);
        Assert.Equal(status, (await terminal.EndAsync()).Status);
        await _docker.HungUp.WaitAsync(Cancel);
    }

    [Fact]
    public async Task Window_HoldsBackWhatIsNotShownYet()
    {
        var (owner, path) = await GivenContainerAsync();
        using var terminal = await TerminalWindow.OpenAsync(_app, owner.Token, path + "?window=100000");
        await terminal.SeeAsync("$ ");
        await terminal.TypeAsync("lots");
        var shown = 2 + await terminal.TakeAsync(100_000 - 2);
        Assert.InRange(shown, 100_000, 100_000 + (16 * 1024));
        while (shown < 1_000_002)
        {
            await terminal.TellAsync($$"""{"shown":{{shown}}}""");
            shown += await terminal.TakeAsync(Math.Min(100_000, 1_000_002 - shown));
        }
        Assert.Equal(1_000_002, shown);
    }

    private Task<(Person Owner, string Path)> GivenContainerAsync() => GivenContainerAsync(_app);

    private async Task<(Person Owner, string Path)> GivenContainerAsync(SlipwayApp app)
    {
        var owner = await app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        await app.ChangeAsync(db => Given.DockerAsync(db, uid));
        app.Machines.Add("192.0.2.1").Docker = _docker;
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Name = "Lion" }, Cancel);
        await app.InDatabaseAsync(db => Given.ContainerAsync(db, server.Uid));
        return (owner, $"/api/3/stacks/{uid}/containers/{Container}/terminal");
    }

    private Task<List<Server.Audit.AuditEntry>> EntriesAsync() =>
        _app.InDatabaseAsync(db => db.AuditEntries.Where(entry => entry.SubjectType == "terminal").OrderBy(entry => entry.Id).ToListAsync(Cancel));

    private async Task AssertRefusedAsync(int status, string token, string path, string? origin = null)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TerminalWindow.OpenAsync(_app, token, path, origin));
        Assert.Equal($"Incomplete handshake, status code: {status}", refused.Message);
    }

    private static async Task WaitForAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            Cancel.ThrowIfCancellationRequested();
    }
}
