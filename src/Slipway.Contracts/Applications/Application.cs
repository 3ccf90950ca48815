namespace Slipway.Contracts.Applications;

/// <summary>A program that people may let use Slipway on their behalf, as OAuth 2 has it.</summary>
/// <param name="Id">Numeric id.</param>
/// <param name="Name">What people read when they are asked.</param>
/// <param name="ClientId">What the program calls itself by.</param>
/// <param name="RedirectUris">Where people may be sent back to; compared letter by letter.</param>
/// <param name="CreatedAt">When it was registered.</param>
public sealed record Application(int Id, string Name, string ClientId, IReadOnlyList<string> RedirectUris, DateTimeOffset CreatedAt)
{
    /// <summary>The redirect address of a program that has none: people carry the code to it by hand.</summary>
    public const string OutOfBand = "urn:ietf:wg:oauth:2.0:oob";
}

/// <summary>An application to be registered.</summary>
/// <param name="Name">1 to 60 characters.</param>
/// <param name="RedirectUris">
/// One or more: http or https addresses, addresses of a scheme of the program's own with a dot in it, or
/// <see cref="Application.OutOfBand"/>.
/// </param>
/// <param name="ClientId">
/// For a program that has its id built in, 64 lower-case hex characters. Only administrators of the first account may choose it.
/// </param>
/// <param name="ClientSecret">The same for its secret.</param>
public sealed record RegisterApplication(
    string Name, IReadOnlyList<string> RedirectUris, string? ClientId = null, string? ClientSecret = null);

/// <summary>What to change about an application; what is left out stays.</summary>
public sealed record ChangeApplication(string? Name = null, IReadOnlyList<string>? RedirectUris = null);

/// <summary>An application with its secret, which is never shown again.</summary>
public sealed record ApplicationSecret(int Id, string Name, string ClientId, string ClientSecret);

/// <summary>An application that may act for the caller.</summary>
/// <param name="Id">Numeric id of the application.</param>
/// <param name="Name">Its name.</param>
/// <param name="Scopes">All that its tokens may be used for, separated by spaces.</param>
/// <param name="Tokens">How many tokens it holds.</param>
/// <param name="CreatedAt">When the caller first agreed to what is still valid.</param>
/// <param name="LastUsedAt">When it last used one of its tokens, to the minute.</param>
public sealed record AuthorizedApplication(
    int Id, string Name, string Scopes, int Tokens, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);
