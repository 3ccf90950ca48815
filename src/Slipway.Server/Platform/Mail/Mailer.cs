using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Slipway.Server.Platform.Mail;

/// <summary>Sends mail through the configured server.</summary>
internal sealed partial class Mailer(IOptions<SmtpOptions> options, ILogger<Mailer> logger)
{
    // A page waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>False when no mail server is configured or it did not take the mail; the log says why.</summary>
    public async Task<bool> TrySendAsync(string to, string subject, string text, CancellationToken cancellationToken)
    {
        if (!options.Value.IsConfigured)
            return false;
        using var message = new MimeMessage
        {
            From = { MailboxAddress.Parse(options.Value.From!) },
            To = { new MailboxAddress("", to) },
            Subject = subject,
            Body = new TextPart("plain") { Text = text },
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            await SendAsync(message, deadline.Token);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception
            is IOException or SocketException or ProtocolException or CommandException or AuthenticationException or SslHandshakeException
            or NotSupportedException or OperationCanceledException)
        {
            LogFailed(exception, options.Value.Host!);
            return false;
        }
    }

    private async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        var smtp = options.Value;
        var security = smtp.Security switch
        {
            SmtpOptions.Tls => SecureSocketOptions.SslOnConnect,
            SmtpOptions.None => SecureSocketOptions.None,
            _ => SecureSocketOptions.StartTls,
        };
        using var client = new SmtpClient();
        await client.ConnectAsync(smtp.Host!, smtp.Port, security, cancellationToken);
        if (!string.IsNullOrEmpty(smtp.UserName))
            await client.AuthenticateAsync(smtp.UserName, smtp.Password!, cancellationToken);
        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "{Host} did not take a mail")]
    private partial void LogFailed(Exception exception, string host);
}

internal static class MailSetup
{
    public static WebApplicationBuilder AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SmtpOptions>().BindConfiguration(SmtpOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>();
        builder.Services.AddSingleton<Mailer>();
        return builder;
    }
}
