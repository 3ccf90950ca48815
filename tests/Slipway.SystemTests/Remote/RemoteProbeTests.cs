using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteProbeTests(TestServer server) : IClassFixture<TestServer>
{
    // Answers each connection with its first argument and a status line; waits as long as the second says before it listens.
    private const string Service = """
        use strict; use Socket;
        my ($answer, $delay, $where) = @ARGV;
        select undef, undef, undef, $delay;
        my $is_path = $where =~ m{/};
        socket my $server, $is_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0 or die;
        setsockopt $server, SOL_SOCKET, SO_REUSEADDR, 1;
        bind $server, $is_path ? sockaddr_un($where) : sockaddr_in($where, INADDR_LOOPBACK) or die "$!";
        listen $server, 10;
        while (accept my $client, $server) {
            sysread $client, my $request, 4096;
            my ($path) = $request =~ m{\AGET (\S+) HTTP/1.1\r\nHost: shop\r\n} or next;
            syswrite $client, "HTTP/1.1 $answer\r\nX-Path: $path\r\nContent-Length: 2\r\n\r\nok";
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Probe_WaitsUntilASocketAnswers()
    {
        await StartAsync("slow", "200 OK", "0.6", "/run/slow.sock");
        var result = await server.Host().ProbeAsync(Probe() with { SocketPath = "/run/slow.sock", Unit = "slow.service" }, Token);
        Assert.Equal(new ProbeResult(true, 200, ""), result);
    }

    [Theory]
    [InlineData("302 Found", true)]
    [InlineData("404 Not Found", false)]
    [InlineData("500 Oh", false)]
    public async Task Probe_AsksOverTcp_AndJudgesTheStatus(string answer, bool isHealthy)
    {
        var port = 20000 + int.Parse(answer[..3], null);
        await StartAsync("tcp" + port, answer, "0", port.ToString(null as IFormatProvider));
        var probe = Probe() with { TcpAddress = $"127.0.0.1:{port}" };
        Assert.True((await server.Host().ProbeAsync(probe with { UrlPath = null }, Token)).IsHealthy);
        probe = probe with { Deadline = TimeSpan.FromSeconds(isHealthy ? 120 : 3) };
        var result = await server.Host().ProbeAsync(probe, Token);
        Assert.Equal((isHealthy, int.Parse(answer[..3], null)), (result.IsHealthy, result.Status));
        Assert.Equal(isHealthy ? "" : "it answered with status " + answer[..3], result.Reason);
    }

    [Fact]
    public async Task Probe_IsContentWithAConnection_WhereNoPathIsGiven()
    {
        var result = await server.Host().ProbeAsync(Probe() with { TcpAddress = "127.0.0.1:22", UrlPath = null }, Token);
        Assert.Equal(new ProbeResult(true, 0, ""), result);
    }

    [Theory]
    [InlineData("exit 3", "no", "has failed")]
    [InlineData("exit 0", "no", "has ended")]
    [InlineData("exit 3", "always", "ended and is started again and again")]
    [InlineData("exit 0", "always", "ended and is started again and again")]
    public async Task Probe_EndsEarly_WhenTheUnitDoes(string script, string restart, string reason)
    {
        var unit = "early" + Guid.NewGuid().ToString("n")[..6];
        await server.ExecAsync("systemd-run", "--quiet", "--unit", unit, "--property=Restart=" + restart, "--property=RestartSec=1", "sh", "-c", "sleep 0.2; " + script);
        var result = await server.Host().ProbeAsync(Probe() with { SocketPath = "/run/none.sock", Unit = unit + ".service" }, Token);
        Assert.False(result.IsHealthy);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        if (restart == "always")
            await server.ExecAsync("systemctl", "stop", unit);
    }

    [Fact]
    public async Task Probe_SaysWhatWasWrong_AtTheDeadline()
    {
        await StartAsync("mute", "200 OK", "0", "/run/mute.sock");
        var refused = await server.Host().ProbeAsync(Probe() with { SocketPath = "/run/none.sock", Deadline = TimeSpan.FromMilliseconds(300) }, Token);
        Assert.Contains("No such file", refused.Reason, StringComparison.Ordinal);
        var silent = Probe() with { SocketPath = "/run/silent.sock", Deadline = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromMilliseconds(300) };
        await server.ExecAsync("systemd-run", "--quiet", "--unit", "silent", "perl", "-MSocket", "-e",
            "socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un('/run/silent.sock'); listen S, 5; sleep");
        await server.Host().ProbeAsync(silent with { UrlPath = null, Deadline = TimeSpan.FromMinutes(2) }, Token);
        Assert.Contains("did not answer in time", (await server.Host().ProbeAsync(silent, Token)).Reason, StringComparison.Ordinal);
        var cut = Probe() with { SocketPath = "/run/mute.sock", HostName = "other", Deadline = TimeSpan.FromSeconds(1) };
        Assert.Contains("closed the connection", (await server.Host().ProbeAsync(cut, Token)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_RefusesToSmuggleARequest()
    {
        foreach (var text in HostileText.All.Where(text => text.Any(each => each <= ' ')))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ProbeAsync(Probe() with { TcpAddress = "127.0.0.1:22", UrlPath = "/" + text }, Token));
            await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ProbeAsync(Probe() with { TcpAddress = "127.0.0.1:22", HostName = text }, Token));
            await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ProbeAsync(Probe() with { TcpAddress = text }, Token));
        }
    }

    private static HttpProbe Probe() => new() { HostName = "shop", UrlPath = "/healthz?a=b&c", Deadline = TimeSpan.FromMinutes(2) };

    private async Task StartAsync(string unit, string answer, string delay, string where)
    {
        await server.Host().ApplyAsync([new WriteFile("/srv/service.pl", Encoding.UTF8.GetBytes(Service))], Token);
        await server.ExecAsync("systemd-run", "--quiet", "--unit", unit, "perl", "/srv/service.pl", answer, delay, where);
    }
}
