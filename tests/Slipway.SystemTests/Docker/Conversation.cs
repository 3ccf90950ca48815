using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A websocket to container-app, which says over it again and again what its version is and which signals it has had.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly List<(string Text, long At)> _heard = [];
    private Task _listening = Task.CompletedTask;
    private long _end;

    private Conversation()
    {
    }

    public static async Task<Conversation> StartAsync(FreshServer server)
    {
        var conversation = new Conversation();
        await conversation._socket.ConnectAsync(new UriBuilder(server.Url("/socket")) { Scheme = "ws" }.Uri, App.Token);
        conversation._listening = conversation.ListenAsync();
        return conversation;
    }

    /// <summary>What was heard, each text once, after the other side has ended it.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        await _listening.WaitAsync(TimeSpan.FromMinutes(3), App.Token);
        return [.. _heard.Select(heard => heard.Text)];
    }

    /// <summary>How long a text was what was heard.</summary>
    public TimeSpan LengthOf(string text)
    {
        var index = _heard.FindIndex(heard => heard.Text == text);
        return Stopwatch.GetElapsedTime(_heard[index].At, index + 1 < _heard.Count ? _heard[index + 1].At : _end);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[256];
        try
        {
            while (await _socket.ReceiveAsync(buffer, App.Token) is { MessageType: WebSocketMessageType.Text } received)
            {
                var text = Encoding.UTF8.GetString(buffer, 0, received.Count);
                if (_heard.Count == 0 || _heard[^1].Text != text)
                    _heard.Add((text, Stopwatch.GetTimestamp()));
            }
        }
        catch (WebSocketException)
        {
            // Its container has ended.
        }
        _end = Stopwatch.GetTimestamp();
    }
}
