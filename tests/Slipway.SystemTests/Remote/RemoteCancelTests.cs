using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteCancelTests(TestServer server) : IClassFixture<TestServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("echo up; sleep 310")]
    [InlineData("trap '' TERM; (trap '' TERM; setsid sh -c \"trap '' TERM; sleep 311; sleep 312\") & setsid -f sleep 313; echo up; sleep 314; sleep 315")]
    [InlineData("trap '' TERM INT HUP; while true; do (setsid sleep 316 &); echo up; sleep 0.02; done")]
    public async Task CancelledToken_EndsEveryProcessFirst(string script)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var command = Command(["sh", "-c", script]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Host().RunAsync(command, _ =>
        {
            stop.Cancel();
            return ValueTask.CompletedTask;
        }, stop.Token));
        Assert.Equal("0", await server.CountAsync("sleep"));
        var result = await server.Host().RunAsync(command, null, Token);
        Assert.Equal(RemoteOutcome.Cancelled, result.Outcome);
    }

    [Fact]
    public async Task Cancel_IsSeenByWhoeverFollows()
    {
        var command = Command(["sh", "-c", "echo up; sleep 317"]);
        var hosts = server.NewHosts();
        var result = await server.Host().RunAsync(command, async _ => Assert.True(await server.Host(hosts).CancelAsync(command.Ticket!, Token)), Token);
        Assert.Equal((RemoteOutcome.Cancelled, "up"), (result.Outcome, Assert.Single(result.Tail)));
        Assert.Throws<RemoteException>(result.EnsureSuccess);
    }

    [Fact]
    public async Task Cancel_OfWhatWasNeverStarted_KeepsItFromStarting()
    {
        var command = Command(["touch", "/root/never"]);
        Assert.True(await server.Host().CancelAsync(command.Ticket!, Token));
        var result = await server.Host().RunAsync(command, null, Token);
        Assert.Equal(RemoteOutcome.Cancelled, result.Outcome);
        Assert.Equal("", await server.ExecAsync("find", "/root", "-name", "never"));
    }

    [Fact]
    public async Task Cancel_OfWhatHasEnded_KeepsItsResult()
    {
        var command = Command(["sh", "-c", "exit 3"]);
        var host = server.Host();
        await host.RunAsync(command, null, Token);
        Assert.True(await host.CancelAsync(command.Ticket!, Token));
        Assert.Equal(3, (await host.RunAsync(command, null, Token)).ExitCode);
    }

    [Fact]
    public async Task CancelAndStart_AtTheSameTime_NeverLeaveAProcess()
    {
        var hosts = server.NewHosts();
        var host = server.Host(hosts);
        for (var round = 0; round < 12; round++)
        {
            var command = Command(["sleep", "318"]);
            var running = host.RunAsync(command, null, Token);
            Assert.True(await host.CancelAsync(command.Ticket!, Token));
            Assert.Equal(RemoteOutcome.Cancelled, (await running).Outcome);
        }
        Assert.Equal("0", await server.CountAsync("sleep"));
    }

    private static RemoteCommand Command(string[] program) => new()
    {
        Name = "test",
        Programs = [program],
        Deadline = TimeSpan.FromMinutes(5),
        Ticket = TestServer.NewTicket(),
    };
}
