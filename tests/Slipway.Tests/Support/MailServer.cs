using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Slipway.Tests.Support;

/// <summary>A mail server on loopback that speaks as much SMTP as it takes. It keeps what it gets, or refuses it.</summary>
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

    /// <summary>With one the server offers STARTTLS.</summary>
    public X509Certificate2? Certificate { get; init; }

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
        await _serving;
        _listener.Dispose();
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
            await AnswerAsync(stream, "220 mail.example.com ESMTP");
            if (!await ListenAsync(stream))
                return;
            await using var secured = new SslStream(stream);
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _end.Token);
            await ListenAsync(secured);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // Clients may hang up when they were refused, or when they do not know the certificate.
        }
    }

    /// <summary>Until the client leaves, or wants TLS.</summary>
    private async Task<bool> ListenAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        while (await reader.ReadLineAsync(_end.Token) is { } line)
        {
            lock (_said)
                _said.Add(line);
            await AnswerAsync(stream, await ReplyAsync(line.Split(' ')[0].ToUpperInvariant(), stream, reader));
            if (line is "QUIT" or "STARTTLS")
                return line is "STARTTLS";
        }
        return false;
    }

    private async Task<string> ReplyAsync(string verb, Stream stream, StreamReader reader)
    {
        if (verb == Refused)
            return "550 5.7.1 Not from you";
        switch (verb)
        {
            case "EHLO":
                return $"250-mail.example.com\r\n{(Certificate is null ? "" : "250-STARTTLS\r\n")}250-AUTH PLAIN LOGIN\r\n250 8BITMIME";
            case "STARTTLS" when Certificate is not null:
                return "220 Go on";
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

    private async Task AnswerAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"), _end.Token);
}
