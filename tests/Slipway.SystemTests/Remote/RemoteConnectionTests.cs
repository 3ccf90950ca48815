using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteConnectionTests(TestServer server) : IClassFixture<TestServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stacks_ShareOneConnection_WhichIsClosedWhenIdle()
    {
        // What another test has just closed may still be ending on the server.
        await TestServer.UntilAsync(async () => (await server.ConnectionsAsync()).Count == 0);
        await using var hosts = server.NewHosts(TestServer.Quick with { Idle = TimeSpan.FromSeconds(6) });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => server.Host(hosts, $"stack{number}").ReadFileAsync("/etc/hostname", Token)));
        Assert.Single(await server.ConnectionsAsync());
        await TestServer.UntilAsync(async () => (await server.ConnectionsAsync()).Count == 0);
        Assert.NotNull(await server.Host(hosts).ReadFileAsync("/etc/hostname", Token));
    }

    [Fact]
    public async Task ManyCommands_TakeMoreConnections_AndTheRestWaits()
    {
        await using var hosts = server.NewHosts();
        var started = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = Enumerable.Range(0, 60).Select(_ => server.Host(hosts).RunAsync(Command("echo up; until [ -e /tmp/go ]; do sleep 0.2; done"), _ =>
        {
            if (Interlocked.Increment(ref started) == 50)
                full.SetResult();
            return ValueTask.CompletedTask;
        }, Token)).ToList();
        await full.Task.WaitAsync(TimeSpan.FromMinutes(3), Token);
        await TestServer.UntilAsync(async () => (await server.ConnectionsAsync()).Count == 5);
        Assert.Equal(50, started);
        await server.ExecAsync("touch", "/tmp/go");
        Assert.All(await Task.WhenAll(runs), result => Assert.True(result.IsSuccess));
        Assert.Equal(60, started);
    }

    [Fact]
    public async Task Drop_ClosesTheConnections()
    {
        await using var hosts = server.NewHosts();
        var host = server.Host(hosts);
        await host.ReadFactsAsync(Token);
        hosts.Drop(server.Machine);
        await TestServer.UntilAsync(async () => (await server.ConnectionsAsync()).Count == 0);
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => host.ReadFactsAsync(Token));
        Assert.Equal(RemoteFault.Unreachable, failure.Fault);
        Assert.NotNull(await server.Host(hosts).ReadFactsAsync(Token));
    }

    [Fact]
    public async Task Work_WaitsForSshdThatRestarts_ButALookDoesNot()
    {
        await using var hosts = server.NewHosts();
        await server.ExecAsync("systemctl", "stop", "ssh");
        try
        {
            var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => hosts.For(server.Machine, RemoteScope.None).ReadFactsAsync(Token));
            Assert.Equal(RemoteFault.Unreachable, failure.Fault);
            var work = server.Host(hosts).RunAsync(Command("echo up"), null, Token);
            await server.ExecAsync("systemctl", "start", "ssh");
            Assert.True((await work).IsSuccess);
        }
        finally
        {
            await server.ExecAsync("systemctl", "start", "ssh");
        }
    }

    [Fact]
    public async Task Read_IsAskedAgain_WhenTheConnectionWasLostMeanwhile()
    {
        await using var hosts = server.NewHosts();
        var host = server.Host(hosts);
        for (var round = 0; round < 3; round++)
        {
            await host.ReadFactsAsync(Token);
            Assert.NotEqual(0, await server.CutAsync());
        }
        Assert.True((await host.RunAsync(Command("true"), null, Token)).IsSuccess);
    }

    [Fact]
    public async Task CommandWithoutTicket_IsNotStartedTwice()
    {
        await using var hosts = server.NewHosts();
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => server.Host(hosts).RunAsync(
            Command("echo run >>/root/direct; echo up; sleep 330"), async _ => Assert.NotEqual(0, await server.CutAsync()), Token));
        Assert.Equal(RemoteFault.Unreachable, failure.Fault);
        Assert.Equal("run", await server.ExecAsync("cat", "/root/direct"));
        await TestServer.UntilAsync(async () => await server.CountAsync("sleep") == "0");
    }

    private static RemoteCommand Command(string script) => new()
    {
        Name = "test",
        Programs = [["sh", "-c", script]],
        Deadline = TimeSpan.FromMinutes(5),
    };
}
