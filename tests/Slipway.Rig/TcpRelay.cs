using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Rig;

/// <summary>A port on loopback that leads to another one, until it is cut.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _isCut;
    private volatile string? _marker;

    private TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static TcpRelay Start(int target) => new(target);

    /// <summary>Breaks all connections and lets no new one through.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    /// <summary>Breaks a connection to a database once: it carried the text, and then a COMMIT, which is done but never answered.</summary>
    public void LoseAnswerToCommitOf(string text) => _marker = text;

    /// <summary>Whether that has happened.</summary>
    public bool HasLostAnswer => _marker is null;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Cut();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> passing = [];
        try
        {
            while (true)
                passing.Add(PassAsync(await _listener.AcceptSocketAsync(_ending.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open[near] = _open[far] = true;
        try
        {
            if (_isCut)
                return;
            await far.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
            var answers = new Answers();
            await Task.WhenAny(CopyAsync(near, far, data => Look(data, answers)), CopyAsync(far, near, _ => answers.AreLost));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens there, or the line was cut: both ends see it.
        }
        finally
        {
            near.Dispose();
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
    }

    // Never ends a copy: what is asked still goes through, and the first answer after it ends the connection.
    private bool Look(ReadOnlySpan<byte> data, Answers answers)
    {
        if (_marker is not { } marker)
            return false;
        answers.AreAwaited |= data.IndexOf(Encoding.UTF8.GetBytes(marker)) >= 0;
        if (!answers.AreAwaited || data.IndexOf("COMMIT"u8) < 0)
            return false;
        answers.AreLost = true;
        _marker = null;
        return false;
    }

    private static async Task CopyAsync(Socket from, Socket to, Inspect endsBefore)
    {
        var buffer = new byte[16384];
        while (await from.ReceiveAsync(buffer) is > 0 and var count && !endsBefore(buffer.AsSpan(0, count)))
            await to.SendAsync(buffer.AsMemory(0, count));
    }

    private delegate bool Inspect(ReadOnlySpan<byte> data);

    private sealed class Answers
    {
        public bool AreAwaited { get; set; }

        public volatile bool AreLost;
    }
}
