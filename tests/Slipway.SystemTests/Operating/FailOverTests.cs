using System.Net;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Operating;

/// <summary>PostgreSQL restarted, and failing over to its synchronous standby, while Slipway writes: nothing that was acknowledged is lost, and nothing is done twice.</summary>
public sealed class FailOverTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-failover-");
    private readonly List<string> _acknowledged = [];
    private TemporaryPostgres? _primary;
    private TemporaryPostgres? _standby;
    private SlipwayServer? _slipway;
    private SlipwayClient? _owner;
    private int _refused;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = await TemporaryPostgres.StartAsync(Cancel);
        await _primary.CreateDatabaseAsync("slipway", Cancel);
        _standby = await _primary.FollowAsync(Cancel);
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] =
                $"Host=127.0.0.1:{_primary.Port},127.0.0.1:{_standby.Port};Target Session Attributes=primary;Username=slipway;Database=slipway",
        };
        _slipway = await SlipwayServer.StartAsync(_data, 0, settings, Cancel);
        _owner = _slipway.ClientFor((await _slipway.SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token);
    }

    [Fact]
    public async Task Restart_AndFailOver_LoseNothing()
    {
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(enough.Token);

        await AwaitWritesAsync(10);
        await _primary!.RestartAsync(Cancel);
        await AwaitWritesAsync(10);
        await _primary.StopAsync();
        await _standby!.PromoteAsync(Cancel);
        await AwaitWritesAsync(10);
        await enough.CancelAsync();
        await writing;

        var kept = await _standby.ReadAsync("slipway", "SELECT \"Name\" FROM \"AccessTokens\" WHERE \"Name\" LIKE 'written %'", Cancel);
        var names = kept.Split('\n');
        output.WriteLine($"{_acknowledged.Count} acknowledged, {_refused} refused, {names.Length} kept");
        Assert.Empty(_acknowledged.Except(names));
        Assert.Equal(names.Distinct().Count(), names.Length);
        using var http = new HttpClient { BaseAddress = _slipway!.BaseUrl };
        using var ready = await http.GetAsync("readyz", Cancel);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_slipway is not null)
            await _slipway.DisposeAsync();
        if (_standby is not null)
            await _standby.DisposeAsync();
        if (_primary is not null)
            await _primary.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task WriteAsync(CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            try
            {
                var name = $"written {number}";
                await _owner!.Tokens.CreateAsync(name, "public", Cancel);
                lock (_acknowledged)
                    _acknowledged.Add(name);
            }
            catch (SlipwayApiException exception)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, exception.Status);
                _refused++;
            }
        }
    }

    private Task AwaitWritesAsync(int count)
    {
        var wanted = Count() + count;
        return App.WaitAsync(() => Task.FromResult(Count() >= wanted));
    }

    private int Count()
    {
        lock (_acknowledged)
            return _acknowledged.Count;
    }
}
