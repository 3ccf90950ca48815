namespace Slipway.Server.Platform.Auth;

// Classes, since every parameter of a record's constructor must be sent, and not be empty.

internal sealed class SignInForm
{
    public string? Email { get; set; }

    public string? Password { get; set; }

    public bool Remember { get; set; }

    public string? Return { get; set; }
}

internal sealed class SecondFactorForm
{
    public string? Code { get; set; }

    public bool Remember { get; set; }

    public string? Return { get; set; }
}

internal sealed class SetupForm
{
    public string? Token { get; set; }

    public string? Email { get; set; }

    public string? Password { get; set; }

    public string? Account { get; set; }
}

internal sealed class PasswordForm
{
    public string? Current { get; set; }

    public string? Password { get; set; }
}

internal sealed class CodeForm
{
    public string? Digits { get; set; }
}

/// <summary>A form without fields of its own is still read as one, so that its antiforgery token is looked at.</summary>
internal sealed class ConfirmationForm
{
    public string? Password { get; set; }
}

internal sealed class InvitationForm
{
    public string? Token { get; set; }

    public string? Email { get; set; }

    public string? Password { get; set; }
}

internal sealed class AccountForm
{
    public int Account { get; set; }
}
