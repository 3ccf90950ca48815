using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Slipway.Rig;

namespace Slipway.SystemTests.Rig;

public sealed class LoadGeneratorTests : IDisposable
{
    private readonly HttpListener _server = new();
    private readonly ConcurrentDictionary<IPEndPoint, int> _connections = new();
    private readonly TaskCompletionSource _asked = new();
    private readonly Uri _url;
    private int _requests;

    public LoadGeneratorTests()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        _url = new Uri($"http://{free.LocalEndpoint}/");
        free.Stop();
        _server.Prefixes.Add(_url.AbsoluteUri);
        _server.Start();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Close();

    [Fact]
    public async Task Load_IsConstant_OnNewConnections_AndCountsWhatFails()
    {
        var serving = ServeAsync(wanted: 60, context =>
        {
            var number = Interlocked.Increment(ref _requests);
            context.Response.StatusCode = number == 10 ? 502 : 200;
            context.Response.Headers["X-Revision"] = number <= 30 ? "old" : "new";
        });
        var load = LoadGenerator.Start(_url, perSecond: 100);
        await _asked.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);

        var report = await load.StopAsync();

        Assert.Equal(report.Samples.Count, _connections.Count);
        Assert.Equal(502, Assert.Single(report.Samples, sample => sample.Status is not 200).Status);
        Assert.Contains(report.Failed, sample => sample.Status is 502);
        Assert.Equal(["old", "new"], report.Revisions);
        Assert.True(report.LiveAt("new") > report.LiveAt("old"));
        Assert.True(report.Samples[50].Start >= TimeSpan.FromSeconds(0.49), "The 51st request is due after half a second.");
        await load.DisposeAsync();
        _server.Close();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
    }

    [Fact]
    public void Slow_IsFailed()
    {
        var report = new LoadReport([
            new(TimeSpan.Zero, TimeSpan.FromSeconds(0.9), 200, "a", null),
            new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.1), 200, "b", null)]);

        Assert.Equal("b", Assert.Single(report.Failed).Revision);
        // It was there, if late.
        Assert.Equal(TimeSpan.FromSeconds(2.1), report.LiveAt("b"));
    }

    [Fact]
    public async Task Refused_IsFailed()
    {
        _server.Close();
        await using var load = LoadGenerator.Start(_url, perSecond: 20);

        var report = await load.StopAsync();

        Assert.NotEmpty(report.Samples);
        Assert.All(report.Samples, sample => Assert.True(sample.HasFailed && sample.Error is not null));
    }

    private async Task ServeAsync(int wanted, Action<HttpListenerContext> answer)
    {
        while (true)
        {
            var context = await _server.GetContextAsync();
            _connections.AddOrUpdate(context.Request.RemoteEndPoint, 1, (_, count) => count + 1);
            answer(context);
            context.Response.Close();
            if (_connections.Count >= wanted)
                _asked.TrySetResult();
        }
    }
}
