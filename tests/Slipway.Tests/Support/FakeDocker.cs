using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Slipway.Tests.Support;

/// <summary>Docker's API as far as terminals need it, with one shell that says back what is typed.</summary>
internal sealed class FakeDocker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private volatile bool _isSized;
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _sizes = Channel.CreateUnbounded<string>();
    private readonly Task _accepting;

    public FakeDocker()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What the shell was asked to be.</summary>
    public JsonNode? Wanted { get; private set; }

    /// <summary>What a server runs when the shell's connection is over.</summary>
    public IReadOnlyList<string> Afterwards { get; private set; } = [];

    public bool IsContainerRunning { get; set; } = true;

    /// <summary>What a shell prints when it starts.</summary>
    public string Prompt { get; set; } = "$ ";

    /// <summary>How often the size is refused, as it is while the shell is on its way.</summary>
    public int Refusals { get; set; }

    /// <summary>Whether something was typed before the terminal had a size.</summary>
    public bool WasTypedUnsized { get; private set; }

    /// <summary>Completes when the connection to the shell is over.</summary>
    public Task HungUp => _hungUp.Task;

    /// <summary>Sizes that the terminal was given, like 80x24.</summary>
    public ChannelReader<string> Sizes => _sizes.Reader;

    public async Task<Stream> ConnectAsync(IReadOnlyList<string> afterwards, CancellationToken cancellationToken)
    {
        if (afterwards.Count > 0)
            Afterwards = afterwards;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_listener.LocalEndpoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
            _ = ServeAsync(await _listener.AcceptSocketAsync(_ending.Token));
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        while (await ReadHeadAsync(stream) is { } head)
        {
            var length = head.Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(line => int.Parse(line[15..], null)).FirstOrDefault();
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, _ending.Token);
            var target = head.Split(' ')[0] + " " + head.Split(' ')[1];
            if (target == "POST /exec/e1/start")
            {
                await StartAsync(stream);
                return;
            }
            var (status, answer) = Answer(target, body);
            await WriteAsync(stream, $"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
        }
    }

    private (int Status, string Answer) Answer(string target, byte[] body)
    {
        if (target.StartsWith("POST /containers/", StringComparison.Ordinal) && target.EndsWith("/exec", StringComparison.Ordinal))
        {
            Wanted = JsonNode.Parse(body);
            return IsContainerRunning ? (201, """{"Id":"e1"}""") : (409, """{"message":"Container ccc is not running"}""");
        }
        if (target.StartsWith("POST /exec/e1/resize?", StringComparison.Ordinal))
        {
            if (Refusals-- > 0)
                return (500, """{"message":"no running task found"}""");
            var size = target.Split('?')[1].Split('&').Select(pair => pair.Split('=')[1]).ToList();
            _isSized = true;
            _sizes.Writer.TryWrite($"{size[1]}x{size[0]}");
            return (200, "");
        }
        if (target == "GET /exec/e1/json")
            return (200, $$"""{"ID":"e1","ExitCode":{{(_hungUp.Task.IsCompleted ? "3" : "null")}}}""");
        return IsContainerRunning ? (200, """{"State":{"Running":true}}""") : (404, """{"message":"No such container"}""");
    }

    // "exit" ends it; "lots" prints a million bytes.
    private async Task StartAsync(NetworkStream stream)
    {
        await WriteAsync(stream, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" + Prompt);
        var buffer = new byte[1 << 16];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, _ending.Token)) > 0)
            {
                var typed = Encoding.UTF8.GetString(buffer, 0, count);
                WasTypedUnsized |= !_isSized;
                if (typed == "exit")
                    return;
                await WriteAsync(stream, typed == "lots" ? new string('x', 1_000_000) : typed);
            }
        }
        finally
        {
            _hungUp.TrySetResult();
        }
    }

    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _ending.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), _ending.Token);
}
