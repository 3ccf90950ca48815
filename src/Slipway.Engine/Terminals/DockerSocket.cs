using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Terminals;

/// <summary>Docker's own API on a server, over the socket that only root reaches.</summary>
internal sealed class DockerSocket : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly string _address;

    /// <param name="host">The server.</param>
    /// <param name="afterwards">What the server runs when a connection is over.</param>
    public DockerSocket(IRemoteHost host, IReadOnlyList<string> afterwards)
    {
        _address = host.Machine.Address;
        _http = new(new SocketsHttpHandler
        {
            // Each connection is a session on the server, where others need some, too.
            MaxConnectionsPerServer = 1,
            PooledConnectionIdleTimeout = KeptFor,
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) => await host.ConnectAsync(DockerQueries.Socket, afterwards, cancellationToken),
        })
        { BaseAddress = new("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What Docker answers; null for what it does not know.</summary>
    public async Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new(HttpMethod.Get, path), cancellationToken);
        return response.StatusCode is HttpStatusCode.NotFound ? null : await ReadAsync(response, cancellationToken);
    }

    public async Task<JsonNode> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new(HttpMethod.Post, path) { Content = Json(body) }, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    /// <summary>Whether Docker did it.</summary>
    public async Task<bool> TryPostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new(HttpMethod.Post, path), cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>A request after which the connection is no HTTP any more: bytes in both directions.</summary>
    public async Task<Stream> HijackAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body) };
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
        var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.SwitchingProtocols)
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        using (response)
            throw await RefusedAsync(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.InnerException is RemoteUnavailableException unavailable)
        {
            throw new RemoteUnavailableException(unavailable.Host, unavailable.Fault, unavailable.Message, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new UserErrorException($"Docker on {_address} cannot be asked: {(exception.InnerException ?? exception).Message}", exception);
        }
    }

    private async Task<JsonNode> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            throw await RefusedAsync(response, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonNode.ParseAsync(body, cancellationToken: cancellationToken)
            ?? throw new UserErrorException($"Docker on {_address} answered with nothing.");
    }

    // {"message":"No such container: ..."}
    private async Task<UserErrorException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new($"Docker on {_address} refused: {text.Trim().Replace("{\"message\":\"", "", StringComparison.Ordinal).TrimEnd('}').TrimEnd('"')}");
    }

    // With its length, since Docker reads no pieces once a connection is to be upgraded.
    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
}
