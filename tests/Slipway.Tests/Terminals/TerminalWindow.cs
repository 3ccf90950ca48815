using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Tests.Support;

namespace Slipway.Tests.Terminals;

/// <summary>A websocket of a terminal, as a program uses it.</summary>
internal sealed class TerminalWindow(WebSocket socket) : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TerminalWindow> OpenAsync(SlipwayApp app, string token, string path, string? origin = null)
    {
        var client = app.Server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            request.Headers.Authorization = "bearer " + token;
            if (origin is not null)
                request.Headers.Origin = origin;
        };
        return new(await client.ConnectAsync(new(app.Server.BaseAddress, path), Cancel));
    }

    public Task TypeAsync(string text) => SendAsync(WebSocketMessageType.Binary, text);

    public Task TellAsync(string text) => SendAsync(WebSocketMessageType.Text, text);

    /// <summary>What is shown, up to and with a text.</summary>
    public async Task<string> SeeAsync(string text)
    {
        var shown = "";
        while (!shown.EndsWith(text, StringComparison.Ordinal))
        {
            var (type, part) = await ReceiveAsync();
            Assert.Equal(WebSocketMessageType.Binary, type);
            shown += part;
        }
        return shown;
    }

    /// <summary>Reads until so many bytes have come.</summary>
    public async Task<int> TakeAsync(int bytes)
    {
        var count = 0;
        while (count < bytes)
            count += (await ReceiveAsync()).Text.Length;
        return count;
    }

    /// <summary>Passes over what is shown until the server closes it. Gives the status, and why.</summary>
    public async Task<(int Status, string Why)> EndAsync()
    {
        var told = "";
        while (true)
        {
            var (type, text) = await ReceiveAsync();
            if (type is WebSocketMessageType.Text)
                told = (string)JsonNode.Parse(text)!["ended"]!;
            if (type is not WebSocketMessageType.Close)
                continue;
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
            return ((int)socket.CloseStatus!.Value, told);
        }
    }

    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);

    public void Dispose() => socket.Dispose();

    private Task SendAsync(WebSocketMessageType type, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, Cancel);

    private async Task<(WebSocketMessageType Type, string Text)> ReceiveAsync()
    {
        var buffer = new byte[1 << 16];
        var received = await socket.ReceiveAsync(buffer, Cancel);
        return (received.MessageType, Encoding.UTF8.GetString(buffer, 0, received.Count));
    }
}
