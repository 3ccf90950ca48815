using Microsoft.Extensions.Options;
using MimeKit;

namespace Slipway.Server.Platform.Mail;

/// <summary>The mail server that Slipway sends through. Section <c>Slipway:Smtp</c>; without a host no mail is sent.</summary>
internal sealed class SmtpOptions
{
    public const string Section = "Slipway:Smtp";

    public string? Host { get; set; }

    public int Port { get; set; } = 587;

    /// <summary>starttls, tls or none.</summary>
    public string Security { get; set; } = StartTls;

    public string? UserName { get; set; }

    public string? Password { get; set; }

    /// <summary>Address that mail comes from.</summary>
    public string? From { get; set; }

    public const string StartTls = "starttls";
    public const string Tls = "tls";
    public const string None = "none";

    public bool IsConfigured => !string.IsNullOrEmpty(Host);
}

internal sealed class SmtpOptionsValidator : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        if (!options.IsConfigured)
            return ValidateOptionsResult.Success;
        var problems = new List<string>();
        if (options.Port is < 1 or > ushort.MaxValue)
            problems.Add($"Slipway:Smtp:Port is {options.Port}. It must be from 1 to {ushort.MaxValue}; 587 and 465 are usual.");
        if (options.Security is not (SmtpOptions.StartTls or SmtpOptions.Tls or SmtpOptions.None))
            problems.Add($"Slipway:Smtp:Security is '{options.Security}'. It must be {SmtpOptions.StartTls}, {SmtpOptions.Tls} or {SmtpOptions.None}.");
        if (options.Security == SmtpOptions.None && !string.IsNullOrEmpty(options.Password))
            problems.Add("Slipway:Smtp:Password is set, but Slipway:Smtp:Security is none: it would be sent for everybody to read.");
        if (string.IsNullOrEmpty(options.UserName) != string.IsNullOrEmpty(options.Password))
            problems.Add("Slipway:Smtp:UserName and Slipway:Smtp:Password belong together. Set both or none.");
        if (!MailboxAddress.TryParse(options.From ?? "", out _))
            problems.Add($"Slipway:Smtp:From is '{options.From}'. It must be a mail address, like slipway@example.com.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
