using System.Net.WebSockets;
using System.Text;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>Somebody before a terminal.</summary>
internal sealed class TerminalReader(WebSocket socket) : IDisposable
{
    private readonly StringBuilder _shown = new();

    public Task TypeAsync(string text) => SendAsync(WebSocketMessageType.Binary, text);

    public Task ResizeAsync(int columns, int rows) => SendAsync(WebSocketMessageType.Text, $$$"""{"resize":{"columns":{{{columns}}},"rows":{{{rows}}}}}""");

    /// <summary>Waits until this is shown, and passes over it.</summary>
    public async Task SeeAsync(string text)
    {
        while (!_shown.ToString().Contains(text, StringComparison.Ordinal))
            Assert.Equal(WebSocketMessageType.Binary, await ReceiveAsync());
        _shown.Clear();
    }

    /// <summary>How the server closed it.</summary>
    public async Task<(int Status, string Shown)> EndAsync()
    {
        while (await ReceiveAsync() is not WebSocketMessageType.Close)
        {
        }
        return ((int)socket.CloseStatus!.Value, _shown.ToString());
    }

    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, App.Token);

    public void Dispose() => socket.Dispose();

    private Task SendAsync(WebSocketMessageType type, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, App.Token);

    private async Task<WebSocketMessageType> ReceiveAsync()
    {
        var buffer = new byte[1 << 16];
        using var late = CancellationTokenSource.CreateLinkedTokenSource(App.Token);
        late.CancelAfter(TimeSpan.FromMinutes(3));
        var received = await socket.ReceiveAsync(buffer, late.Token);
        _shown.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        return received.MessageType;
    }
}
