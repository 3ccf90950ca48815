using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using MimeKit;
using Slipway.Contracts;
using Slipway.Contracts.Accounts;
using Slipway.Server.Platform.Mail;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>Invitations through a real mail server.</summary>
public sealed class MailTests : IAsyncDisposable
{
    private const string Email = "new@example.com";
    private const string Password = "mail-password-of-ours";

    private readonly RecordingLogs _logs = new();
    private readonly SlipwayApp _app;

    public MailTests() => _app = new() { Replace = services => RecordingLogs.Install(services, _logs) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Invitation_IsSent_WithTheLinkThatWorks()
    {
        await using var server = new MailServer();
        Use(server);
        var owner = await _app.GivenOwnerAsync();
        await owner.Api.Accounts.RenameAsync(1, "Häfen & \"Söhne\"", Cancel);

        var created = await owner.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel);

        Assert.True(created.MailSent);
        var mail = Assert.Single(server.Mails);
        Assert.Equal("Invitation to Häfen & \"Söhne\" on Slipway", mail.Subject);
        Assert.Equal(("slipway@example.com", Email), (AddressOf(mail.From), AddressOf(mail.To)));
        Assert.Contains(owner.Email, mail.TextBody!, StringComparison.Ordinal);
        Assert.Contains(mail.TextBody!.Split('\n'), line => line.Trim() == created.Url);
        Assert.Contains("MAIL FROM:<slipway@example.com>", server.Said[1], StringComparison.Ordinal);
        await new SlipwayClient(_app.Http()).Members.AcceptAsync(new(TokenOf(created), SlipwayApp.Password), Cancel);
        Assert.DoesNotContain(TokenOf(created), _logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task Refusal_LeavesTheInvitation_AndTheLinkToHandOver(string refused)
    {
        await using var server = new MailServer { Refused = refused };
        Use(server);
        var owner = await _app.GivenOwnerAsync();

        await AssertInvitedWithoutMailAsync(owner);
        Assert.Empty(server.Mails);
        Assert.Contains("127.0.0.1 did not take a mail", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatIsNotThere_LeavesTheInvitation()
    {
        var server = new MailServer();
        Use(server);
        await server.DisposeAsync();

        await AssertInvitedWithoutMailAsync(await _app.GivenOwnerAsync());
    }

    [Theory]
    [InlineData(SmtpOptions.StartTls)]
    [InlineData(SmtpOptions.Tls)]
    public async Task ServerWithoutTls_GetsNeitherPasswordNorMail(string security)
    {
        await using var server = new MailServer();
        Use(server, security);
        (_app.Settings["Slipway:Smtp:UserName"], _app.Settings["Slipway:Smtp:Password"]) = ("ours", Password);

        await AssertInvitedWithoutMailAsync(await _app.GivenOwnerAsync());
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Said, line => line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase) || line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("did not take a mail", _logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerWhoseCertificateNobodyVouchesFor_GetsNeitherPasswordNorMail()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = new MailServer { Certificate = certificate };
        Use(server, SmtpOptions.StartTls);
        (_app.Settings["Slipway:Smtp:UserName"], _app.Settings["Slipway:Smtp:Password"]) = ("ours", Password);

        await AssertInvitedWithoutMailAsync(await _app.GivenOwnerAsync());
        Assert.Equal("STARTTLS", server.Said[^1]);
        Assert.Contains("did not take a mail", _logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_SaysThatNoMailWasSent_AndShowsTheLink()
    {
        await using var server = new MailServer { Refused = "RCPT" };
        Use(server);
        await _app.GivenOwnerAsync();
        var visitor = await new Dashboard.Visitor(_app).SignInAsync("owner@example.com");
        await visitor.OpenAsync("/people");

        await visitor.SendAsync("/people", ("_handler", "invite"), ("Form.Email", Email), ("Form.Level", "20"));

        Assert.Contains("no mail was sent", visitor.Text, StringComparison.Ordinal);
        Assert.Contains("/invitation?token=", visitor.Text, StringComparison.Ordinal);
        Assert.Single(await _app.InDatabaseAsync(db => db.Invitations.ToListAsync(Cancel)));
    }

    [Fact]
    public async Task Names_CannotAddHeaders()
    {
        await using var server = new MailServer();
        Use(server);
        var owner = await _app.GivenOwnerAsync();
        const string Name = "Ours\r\nBcc: victim@example.com\r\n\r\nBuy this";
        await Assert.ThrowsAsync<Contracts.Http.SlipwayApiException>(() => owner.Api.Accounts.RenameAsync(1, Name, Cancel));
        // Even one that came by another way.
        await _app.ChangeAsync(async db => (await db.Accounts.FirstAsync(Cancel)).Name = Name);

        Assert.True((await owner.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel)).MailSent);

        var mail = Assert.Single(server.Mails);
        Assert.Empty(mail.Bcc);
        Assert.Empty(mail.Cc);
        Assert.DoesNotContain(mail.Headers, header => header.Value.Contains('\n', StringComparison.Ordinal));
        Assert.Contains("invites you to the account", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal([$"RCPT TO:<{Email}>"], server.Said.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Security", "ssl", "Slipway:Smtp:Security is 'ssl'. It must be starttls, tls or none.")]
    [InlineData("Port", "0", "Slipway:Smtp:Port is 0.")]
    [InlineData("Port", "65536", "Slipway:Smtp:Port is 65536.")]
    [InlineData("UserName", "ours", "UserName and Slipway:Smtp:Password belong together")]
    [InlineData("Password", Password, "UserName and Slipway:Smtp:Password belong together")]
    [InlineData("From", "nobody at all <", "Slipway:Smtp:From is 'nobody at all <'.")]
    public void Options_AreCheckedAtTheStart(string name, string value, string problem)
    {
        var options = new SmtpOptions { Host = "mail.example.com", From = "slipway@example.com" };
        var property = typeof(SmtpOptions).GetProperty(name)!;
        property.SetValue(options, Convert.ChangeType(value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));

        var result = new SmtpOptionsValidator().Validate(null, options);

        Assert.Contains(problem, Assert.Single(result.Failures!), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_RefuseAPasswordWithoutTls_AndSayAllThatIsWrongAtOnce()
    {
        var result = new SmtpOptionsValidator().Validate(
            null, new() { Host = "mail.example.com", Port = -1, Security = SmtpOptions.None, UserName = "ours", Password = Password });

        Assert.Collection(
            result.Failures!,
            failure => Assert.Contains(":Port", failure, StringComparison.Ordinal),
            failure => Assert.Contains("it would be sent for everybody to read", failure, StringComparison.Ordinal),
            failure => Assert.Contains(":From", failure, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, result.FailureMessage, StringComparison.Ordinal);
    }

    private void Use(MailServer server, string security = SmtpOptions.None)
    {
        _app.Settings["Slipway:Smtp:Host"] = "127.0.0.1";
        _app.Settings["Slipway:Smtp:Port"] = $"{server.Port}";
        _app.Settings["Slipway:Smtp:Security"] = security;
        _app.Settings["Slipway:Smtp:From"] = "Slipway <slipway@example.com>";
    }

    private static async Task AssertInvitedWithoutMailAsync(Person owner)
    {
        var created = await owner.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel);
        Assert.False(created.MailSent);
        Assert.Equal(Email, Assert.Single((await owner.Api.Members.ListInvitationsAsync(1, 1, Cancel)).Response).Email);
        Assert.Equal(Email, (await owner.Api.Members.GetOfferAsync(TokenOf(created), Cancel)).Email);
    }

    private static string TokenOf(CreatedInvitation created) => created.Url.Split("token=")[1];

    private static string AddressOf(InternetAddressList list) => Assert.IsType<MailboxAddress>(Assert.Single(list)).Address;
}
