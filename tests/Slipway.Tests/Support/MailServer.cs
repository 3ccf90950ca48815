using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace Slipway.Tests.Support;

/// <summary>A mail server on loopback that speaks as much SMTP as it takes, without TLS. It keeps what it gets, or refuses it.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _said = [];
    private readonly List<MimeMessage> _mails = [];
    private readonly Task _serving;

    public MailServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The command that is answered with a refusal, like RCPT; none when empty.</summary>
    public string Refused { get; init; } = "";

    public IReadOnlyList<MimeMessage> Mails
    {
        get
        {
            lock (_mails)
                return [.. _mails];
        }
    }

    /// <summary>The commands that clients sent.</summary>
    public IReadOnlyList<string> Said
    {
        get
        {
            lock (_said)
                return [.. _said];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (_end.IsCancellationRequested && exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            await AnswerAsync(stream, "220 mail.example.com ESMTP");
            while (await reader.ReadLineAsync(_end.Token) is { } line)
            {
                lock (_said)
                    _said.Add(line);
                await AnswerAsync(stream, await ReplyAsync(line.Split(' ')[0].ToUpperInvariant(), stream, reader));
                if (line == "QUIT")
                    return;
            }
        }
        catch (IOException)
        {
            // Clients may hang up when they were refused.
        }
    }

    private async Task<string> ReplyAsync(string verb, NetworkStream stream, StreamReader reader)
    {
        if (verb == Refused)
            return "550 5.7.1 Not from you";
        switch (verb)
        {
            case "EHLO":
                return "250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME";
            case "MAIL" or "RCPT" or "RSET" or "NOOP":
                return "250 OK";
            case "DATA":
                await AnswerAsync(stream, "354 Go on");
                await KeepAsync(reader);
                return "250 Kept";
            case "QUIT":
                return "221 Bye";
            default:
                return "502 Not here";
        }
    }

    private async Task KeepAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_end.Token) is { } line && line != ".")
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        var mail = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(text.ToString())), _end.Token);
        lock (_mails)
            _mails.Add(mail);
    }

    private async Task AnswerAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"), _end.Token);
}
