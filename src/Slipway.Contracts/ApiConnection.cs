using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts.Http;

namespace Slipway.Contracts;

/// <summary>Sends requests and opens their envelopes. A reply that is not a success is a <see cref="SlipwayApiException"/>.</summary>
public sealed class ApiConnection(HttpClient http)
{
    /// <summary>An event that says nothing: it keeps the connection when there is nothing to tell.</summary>
    public const string BeatEvent = "beat";

    internal async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        (await ReadAsync<ApiResponse<T>>(new(HttpMethod.Get, Url(path)), cancellationToken)).Response;

    internal Task<ApiList<T>> ListAsync<T>(string path, int page, CancellationToken cancellationToken) =>
        GetListAsync<T>($"{path}?page={page}", cancellationToken);

    internal Task<ApiList<T>> GetListAsync<T>(string path, CancellationToken cancellationToken) =>
        ReadAsync<ApiList<T>>(new(HttpMethod.Get, Url(path)), cancellationToken);

    internal async Task<TReply> SendAsync<TReply>(HttpMethod method, string path, CancellationToken cancellationToken) =>
        (await ReadAsync<ApiResponse<TReply>>(new(method, Url(path)), cancellationToken)).Response;

    internal async Task<TReply> SendAsync<TRequest, TReply>(
        HttpMethod method, string path, TRequest request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(method, Url(path)) { Content = JsonContent.Create(request, TypeInfo<TRequest>()) };
        return (await ReadAsync<ApiResponse<TReply>>(message, cancellationToken)).Response;
    }

    /// <summary>Server-sent events as they come.</summary>
    internal async IAsyncEnumerable<SseItem<string>> FollowAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(path, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
            if (item.EventType != BeatEvent)
                yield return item;
    }

    /// <summary>Opens a reply that is read while it is written.</summary>
    internal async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowOnErrorAsync(response, cancellationToken);
        return response;
    }

    /// <summary>Opens a websocket. When the server refuses, it is asked once more without, to learn why.</summary>
    internal async Task<WebSocket> OpenSocketAsync(string path, CancellationToken cancellationToken)
    {
        var address = new Uri(http.BaseAddress ?? throw new InvalidOperationException("The HTTP client needs a base address."), Url(path));
        var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        try
        {
            await socket.ConnectAsync(new UriBuilder(address) { Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri, http, cancellationToken);
            return socket;
        }
        catch (WebSocketException) when ((int)socket.HttpStatusCode >= 400)
        {
            using (socket)
            using (var response = await http.GetAsync(Url(path), cancellationToken))
                await ThrowOnErrorAsync(response, cancellationToken);
            throw;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, cancellationToken);
            await ThrowOnErrorAsync(response, cancellationToken);
            return await response.Content.ReadFromJsonAsync(TypeInfo<T>(), cancellationToken)
                ?? throw new JsonException($"{request.RequestUri} answered with null.");
        }
    }

    private static async Task ThrowOnErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        response.Dispose();
        throw new SlipwayApiException(response.StatusCode, ParseError(response, body));
    }

    private static ApiError ParseError(HttpResponseMessage response, string body)
    {
        var unexpected = new ApiError("unexpected", $"Unexpected error: {(int)response.StatusCode}", null);
        try
        {
            return JsonSerializer.Deserialize(body, SlipwayJson.Default.ApiError) ?? unexpected;
        }
        catch (JsonException)
        {
            return unexpected;
        }
    }

    // Query strings follow the suffix, as old clients write it.
    private static string Url(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? $"api/3/{path}.json" : $"api/3/{path[..query]}.json{path[query..]}";
    }

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)SlipwayJson.Default.Options.GetTypeInfo(typeof(T));
}
