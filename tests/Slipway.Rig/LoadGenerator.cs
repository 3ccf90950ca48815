using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Slipway.Rig;

/// <summary>
/// Requests a URL at a constant rate, however slowly it answers (open loop), each time over a new connection, as many visitors would.
/// </summary>
public sealed class LoadGenerator : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    // Who waits longer than this was not answered. What is slow, reports tell.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Uri _url;
    private readonly double _perSecond;
    private readonly string? _host;
    private readonly string? _token;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<LoadSample> _samples = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Task _sending;

    private LoadGenerator(Uri url, double perSecond, string? host, string? token)
    {
        (_url, _perSecond, _host, _token) = (url, perSecond, host, token);
        // A pooled connection that may live for no time is never used twice.
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, AllowAutoRedirect = false, UseProxy = false };
        _client = new HttpClient(handler) { Timeout = Patience };
        _sending = SendAsync();
    }

    /// <summary>Starts at once. The host is what the Host header says, if not the URL's; the token that of a bearer.</summary>
    public static LoadGenerator Start(Uri url, double perSecond = 50, string? host = null, string? token = null) => new(url, perSecond, host, token);

    /// <summary>What has been answered so far, by the time it was asked.</summary>
    public LoadReport Report() => new([.. _samples.OrderBy(sample => sample.Start)]);

    /// <summary>Sends no more, waits for what is under way and reports it all.</summary>
    public async Task<LoadReport> StopAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
        return Report();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAsync()
    {
        var requests = new List<Task>();
        using var timer = new PeriodicTimer(Tick);
        while (!_stopping.IsCancellationRequested)
        {
            // All that are due: a late tick must not lower the rate.
            for (var due = Elapsed().TotalSeconds * _perSecond; requests.Count <= due;)
                requests.Add(Task.Run(RequestAsync));
            await timer.WaitForNextTickAsync();
        }
        await Task.WhenAll(requests);
    }

    private async Task RequestAsync()
    {
        var start = Elapsed();
        var (status, revision, error) = await AskAsync();
        _samples.Enqueue(new LoadSample(start, Elapsed() - start, status, revision, error));
    }

    private async Task<(int? Status, string? Revision, string? Error)> AskAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _url);
        request.Headers.Host = _host;
        request.Headers.ConnectionClose = true;
        if (_token is not null)
            request.Headers.Authorization = new("Bearer", _token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var response = await _client.SendAsync(request, CancellationToken.None);
            var revision = response.Headers.TryGetValues("X-Revision", out var values) ? values.First() : null;
            return ((int)response.StatusCode, revision, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return (null, null, exception.InnerException?.Message ?? exception.Message);
        }
    }

    private TimeSpan Elapsed() => TimeProvider.System.GetElapsedTime(_start);
}
