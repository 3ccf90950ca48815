using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Engine.Git;

internal enum GitScheme { Https, Http, Git, Ssh }

/// <summary>The address of a repository on another host. Local paths and programs are not addresses.</summary>
internal sealed partial record GitUrl
{
    private const int MaxLength = 2048;

    private GitUrl(GitScheme scheme, string host, int port, string? user, Secret? password, string address)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
        User = user;
        Password = password;
        Address = address;
    }

    public GitScheme Scheme { get; }

    public string Host { get; }

    public int Port { get; }

    public string? User { get; }

    /// <summary>A password or access token that stood in an https address.</summary>
    public Secret? Password { get; }

    /// <summary>What git is given: the address without the credentials of an https address.</summary>
    public string Address { get; }

    public bool HasCredentials => Password is not null;

    /// <summary>The address as people may see it; a token is redacted.</summary>
    public string Display => HasCredentials
        ? Address.Replace("://", $"://{Secret.Redacted}@", StringComparison.Ordinal)
        : Address;

    public override string ToString() => Display;

    public static GitUrl Parse(string text) =>
        TryParse(text, out var url, out var error) ? url : throw new UserErrorException(error);

    public static bool TryParse(string? text, [NotNullWhen(true)] out GitUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        var value = text?.Trim() ?? "";
        error = RefuseText(value);
        if (error is not null)
            return false;
        var scheme = SchemePattern().Match(value);
        error = scheme.Success
            ? ParseUri(value, scheme.Groups[1].Value, out url)
            : ParseScp(value, out url);
        return url is not null;
    }

    private static string? RefuseText(string value) => value switch
    {
        "" => "The git address is empty. Give one such as https://host/owner/repository.git or git@host:owner/repository.git.",
        { Length: > MaxLength } => $"The git address is longer than {MaxLength} characters.",
        ['-', ..] => "The git address must not begin with a dash.",
        _ when value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) => "The git address must not contain spaces or control characters.",
        _ when value.Contains("::", StringComparison.Ordinal) && !value.Contains("://", StringComparison.Ordinal) =>
            "Addresses that name a git remote helper (such as ext::) are not accepted. Use https, http, git or ssh.",
        _ => null,
    };

    private static string? ParseUri(string value, string schemeName, out GitUrl? url)
    {
        url = null;
        if (!Enum.TryParse<GitScheme>(schemeName, ignoreCase: true, out var scheme) || !Enum.IsDefined(scheme))
        {
            return schemeName.Equals("file", StringComparison.OrdinalIgnoreCase)
                ? "Repositories on this machine (file:) are not accepted. Give the address of a git host."
                : $"The scheme \"{schemeName}\" is not accepted. Use https, http, git or ssh.";
        }

        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || !IsHost(uri.IdnHost))
            return "The git address names no valid host. Give one such as https://host/owner/repository.git.";
        if (uri.AbsolutePath.Trim('/') is "")
            return "The git address names no repository. Add its path, such as /owner/repository.git.";
        if (uri.AbsolutePath.StartsWith("/-", StringComparison.Ordinal))
            return "The path of the git address must not begin with a dash.";
        if (uri.Query is not "" || uri.Fragment is not "")
            return "The git address must not contain ? or #.";
        return Build(uri, scheme, out url);
    }

    private static string? Build(Uri uri, GitScheme scheme, out GitUrl? url)
    {
        url = null;
        var parts = uri.UserInfo.Split(':', 2);
        var user = parts[0] is "" ? null : Uri.UnescapeDataString(parts[0]);
        var password = parts.Length == 2 && parts[1] is not "" ? Uri.UnescapeDataString(parts[1]) : null;
        if (user?.Any(char.IsControl) == true || password?.Any(char.IsControl) == true)
            return "The user name or password in the git address contains control characters.";
        if (scheme is GitScheme.Ssh && (password is not null || !UserPattern().IsMatch(user ?? "git")))
            return "An ssh address may have a plain user name but no password. Slipway signs in with the stack's deploy key.";
        if (scheme is GitScheme.Http or GitScheme.Git && user is not null)
            return $"Credentials in {scheme.ToString().ToLowerInvariant()} addresses would travel unencrypted. Use https, or ssh with the deploy key.";

        var port = uri.Port > 0 ? uri.Port : DefaultPort(scheme);
        var host = uri.IdnHost.Trim('[', ']').ToLowerInvariant();
        // GitHub and others take a bare token in place of the user name.
        var secret = scheme is not GitScheme.Https || user is null ? null : new Secret(password ?? "");
        var address = new StringBuilder(scheme.ToString().ToLowerInvariant()).Append("://");
        if (scheme is GitScheme.Ssh && user is not null)
            address.Append(user).Append('@');
        address.Append(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host);
        if (port != DefaultPort(scheme))
            address.Append(':').Append(port);
        address.Append(uri.AbsolutePath);
        url = new GitUrl(scheme, host, port, user, secret, address.ToString());
        return null;
    }

    private static string? ParseScp(string value, out GitUrl? url)
    {
        url = null;
        var match = ScpPattern().Match(value);
        if (!match.Success)
            return "This is not the address of a git host. Give one such as https://host/owner/repository.git or git@host:owner/repository.git; local paths are not accepted.";
        var host = match.Groups["host"].Value.ToLowerInvariant();
        var path = match.Groups["path"].Value;
        if (!IsHost(host))
            return $"\"{host}\" is not a valid host name.";
        if (path.StartsWith('-'))
            return "The path of the git address must not begin with a dash.";
        var user = match.Groups["user"].Value;
        url = new GitUrl(GitScheme.Ssh, host, 22, user, null, $"{user}@{host}:{path}");
        return null;
    }

    private static bool IsHost(string host) =>
        !host.StartsWith('-') && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    private static int DefaultPort(GitScheme scheme) => scheme switch
    {
        GitScheme.Https => 443,
        GitScheme.Http => 80,
        GitScheme.Git => 9418,
        _ => 22,
    };

    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9+.-]*):(?://|(?=/))")]
    private static partial Regex SchemePattern();

    [GeneratedRegex(@"^(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@(?<host>[A-Za-z0-9.-]+):(?<path>[^:\\].*)$")]
    private static partial Regex ScpPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
    private static partial Regex UserPattern();
}
