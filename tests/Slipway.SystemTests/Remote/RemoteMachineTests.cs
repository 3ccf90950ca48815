using Slipway.Engine.Remote;
using Slipway.Rig;

namespace Slipway.SystemTests.Remote;

/// <summary>Machines that change under our feet: each test has one of its own.</summary>
public sealed class RemoteMachineTests(Testbed testbed) : IAsyncLifetime
{
    private readonly TestServer _server = new(testbed);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Reboot_LosesWhatRan_AndKeepsWhatHadEnded()
    {
        var host = _server.Host();
        var (ended, running) = (Command(["echo", "kept"]), Command(["sh", "-c", "echo up; sleep 320"]));
        await host.RunAsync(ended, null, Token);
        Task? reboot = null;
        var result = await host.RunAsync(running, line =>
        {
            reboot = _server.RebootAsync();
            return ValueTask.CompletedTask;
        }, Token);
        Assert.Equal((RemoteOutcome.Lost, "up"), (result.Outcome, Assert.Single(result.Tail)));
        await reboot!;
        Assert.Equal(["kept"], (await host.RunAsync(ended, null, Token)).EnsureSuccess().Tail);
        Assert.Equal(RemoteOutcome.Lost, (await _server.Host().RunAsync(running, null, Token)).Outcome);
        Assert.True(await host.CancelAsync(running.Ticket!, Token));
    }

    [Fact]
    public async Task ChangedHostKey_StopsTheWork_EvenInTheMiddle()
    {
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => _server.Host().RunAsync(Command(["sh", "-c", "echo up; sleep 321"]), async _ =>
        {
            await _server.ExecAsync("sh", "-c", "rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh");
            await _server.CutAsync();
        }, Token));
        Assert.Equal(RemoteFault.HostKeyChanged, failure.Fault);
        var shown = await _server.NewHosts().ReadHostKeyAsync(_server.Address, 22, Token);
        Assert.NotEqual(_server.Machine.HostKey, shown);
        Assert.Contains(shown, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentLine_IsNoticedAndMadeAnew()
    {
        var timeouts = TestServer.Quick with { KeepAlive = TimeSpan.FromSeconds(2) };
        var lines = new List<string>();
        var result = await _server.Host(_server.NewHosts(timeouts)).RunAsync(Command(["sh", "-c", "echo one; sleep 4; echo two"]), async line =>
        {
            lines.Add(line.Text);
            if (line.Text == "one")
                Assert.NotEqual(0, await _server.SignalConnectionsAsync("STOP"));
        }, Token);
        Assert.True(result.IsSuccess);
        Assert.Equal(["one", "two"], lines);
    }

    [Fact]
    public async Task MachineThatCannotBeUsed_IsRefusedWithTheReason()
    {
        await _server.ExecAsync("sed", "-i", "s/^ID=debian/ID=fedora/", "/usr/lib/os-release");
        Assert.Contains("fedora", (await AssertUnsupportedAsync()).Message, StringComparison.Ordinal);
        Assert.Equal("", await _server.ExecAsync("find", "/usr/local/lib", "-name", "slipway*"));
        await _server.ExecAsync("sed", "-i", "s/^ID=fedora/ID=ubuntu/", "/usr/lib/os-release");
        Assert.Equal("ubuntu", (await _server.NewHosts().EnrolAsync(_server.Machine, Token)).Distribution);
        await _server.ExecAsync("rm", "-rf", "/usr/local/lib/slipway");
        await _server.ExecAsync("mv", "/run/systemd/system", "/run/systemd/away");
        Assert.Contains("systemd", (await AssertUnsupportedAsync()).Message, StringComparison.Ordinal);
        await _server.ExecAsync("mv", "/usr/bin/perl", "/usr/bin/away");
        Assert.Contains("Perl", (await AssertUnsupportedAsync()).Message, StringComparison.Ordinal);
    }

    private async Task<RemoteUnavailableException> AssertUnsupportedAsync()
    {
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => _server.NewHosts().EnrolAsync(_server.Machine, Token));
        Assert.Equal(RemoteFault.Unsupported, failure.Fault);
        return failure;
    }

    private static RemoteCommand Command(string[] program) => new()
    {
        Name = "test",
        Programs = [program],
        Deadline = TimeSpan.FromMinutes(5),
        Ticket = TestServer.NewTicket(),
    };
}
