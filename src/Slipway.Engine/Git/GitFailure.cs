using System.Text.RegularExpressions;

namespace Slipway.Engine.Git;

/// <summary>Says what a failed call of git means and what to do about it. git's messages are stable under LC_ALL=C.</summary>
internal static partial class GitFailure
{
    private sealed record Rule(Regex Pattern, Func<GitUrl, string, string> Message, bool IsTransient = false);

    /// <summary>In order: the last lines of git are general ("Could not read from remote repository"), the cause stands above them.</summary>
    private static readonly Rule[] Rules =
    [
        new(HostKeyChanged(), (url, _) =>
            $"The SSH host key of {url.Host} has changed since it was first seen. If the host's owner confirms the change, reset the repository's known hosts in Slipway; otherwise somebody may be in between."),
        new(NotFound(), (url, _) => url.Scheme is GitScheme.Ssh
            ? $"The git host {url.Host} knows no repository {url.Display}, or the stack's deploy key may not read it. Check the address and add the deploy key to the repository."
            : $"There is no repository at {url.Display}, or it is private. Check the address; for a private repository use the ssh address and add the stack's deploy key to it."),
        new(PermissionDenied(), (url, _) =>
            $"The git host {url.Host} did not accept the stack's deploy key. Add the deploy key that Slipway shows to the repository {url.Display} (read access is enough) and try again."),
        new(CredentialsWrong(), (url, _) => url.HasCredentials
            ? $"The git host {url.Host} did not accept the user name or token in the address. Give a valid one, or use the ssh address with the stack's deploy key."
            : $"The repository {url.Display} asks for a sign-in: it is private or does not exist. Use the ssh address (git@{url.Host}:owner/repository.git) and add the stack's deploy key to the repository, or put a token in the https address."),
        new(Redirected(), (url, _) => $"The host answers {url.Display} with a redirect, which Slipway does not follow. Use the final address (often https instead of http, or with .git at the end)."),
        new(Certificate(), (url, tail) => $"The TLS certificate of {url.Host} is not valid: {tail}. Put the certificate right, or use the ssh address."),
        new(UnknownHost(), (url, _) => $"There is no host named {url.Host}. Check the address for typing mistakes.", IsTransient: true),
        new(ConnectionRefused(), (url, _) => RefusedText(url), IsTransient: true),
        new(TimedOut(), (url, _) => UnreachableText(url), IsTransient: true),
        new(NotGit(), (url, _) => $"What answers at {url.Display} is not a git repository. Check the address."),
        new(ServerError(), (url, tail) => $"The git host {url.Host} answered with an error: {tail}. Try again later.", IsTransient: true),
        new(DiskFull(), (_, _) => "The disk of the Slipway server is full, so the repository could not be fetched. Free some space and try again."),
        new(ConnectionLost(), (url, tail) => $"The connection to {url.Host} broke while the repository was fetched: {tail}. Try again.", IsTransient: true),
    ];

    /// <summary>The error to show, or null when the reason is none that the remote host gives (the local copy may be damaged).</summary>
    public static UserErrorException? OfRemote(GitUrl url, GitResult result)
    {
        var rule = Array.Find(Rules, candidate => candidate.Pattern.IsMatch(result.Errors));
        return rule is null ? null : new UserErrorException(rule.Message(url, Tail(result))) { IsTransient = rule.IsTransient };
    }

    public static UserErrorException Unknown(GitUrl url, GitResult result) =>
        new($"The repository {url.Display} could not be fetched; git ended with {result.ExitCode}: {Tail(result)}");

    public static UserErrorException Refused(GitUrl url, Exception cause) => new(RefusedText(url), cause) { IsTransient = true };

    public static UserErrorException Unreachable(GitUrl url, Exception? cause) => new(UnreachableText(url), cause) { IsTransient = true };

    public static UserErrorException TooSlow(GitUrl url, TimeSpan deadline, Exception cause) =>
        new($"The repository {url.Display} could not be fetched within {Shown(deadline)}. Try again; if its history is huge, an administrator can raise the time limit.", cause);

    public static UserErrorException Empty(GitUrl url) =>
        new($"The repository {url.Display} is empty. Push a commit to it and try again.");

    public static UserErrorException NoSuchRef(GitUrl url, GitRef reference, IReadOnlyList<string> branches)
    {
        const int shown = 10;
        var more = branches.Count > shown ? $" and {branches.Count - shown} more" : "";
        return new($"There is no branch, tag or commit \"{reference.Name}\" in {url.Display}. Its branches are: {string.Join(", ", branches.Take(shown))}{more}.");
    }

    private static string Shown(TimeSpan time) =>
        time >= TimeSpan.FromMinutes(2) ? $"{time.TotalMinutes:0} minutes" : $"{time.TotalSeconds:0.#} seconds";

    private static string RefusedText(GitUrl url) =>
        $"The host {url.Host} refuses connections on port {url.Port}. Check the address, and that the git host is running.";

    private static string UnreachableText(GitUrl url) =>
        $"The host {url.Host} does not answer on port {url.Port}. Check the address, the network and its firewall.";

    /// <summary>The last line with a cause, without what was secret in it.</summary>
    private static string Tail(GitResult result)
    {
        var lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var line = lines.LastOrDefault(text => text.StartsWith("fatal:", StringComparison.Ordinal) || text.StartsWith("error:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "no message";
        line = new string([.. line.Select(c => char.IsControl(c) ? ' ' : c)]);
        return UserInfo().Replace(line.Length > 300 ? line[..300] : line, $"://{Secret.Redacted}@").TrimEnd('.');
    }

    [GeneratedRegex("Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED")]
    private static partial Regex HostKeyChanged();

    [GeneratedRegex(@"[Rr]epository not found|repository '[^']*' not found|repository not exported|does not appear to be a git repository|project you were looking for could not be found|returned error: 404|No such project|Could not find repository")]
    private static partial Regex NotFound();

    [GeneratedRegex(@"Permission denied|Too many authentication failures|no matching host key|Load key ")]
    private static partial Regex PermissionDenied();

    [GeneratedRegex(@"could not read (Username|Password)|Authentication failed|returned error: 40[13]|Invalid username or password")]
    private static partial Regex CredentialsWrong();

    [GeneratedRegex(@"redirect|returned error: 30\d")]
    private static partial Regex Redirected();

    [GeneratedRegex(@"SSL certificate|certificate verif|server certificate|SSL_connect|gnutls_handshake|SSL routines", RegexOptions.IgnoreCase)]
    private static partial Regex Certificate();

    [GeneratedRegex(@"Could not resolve host|unable to look up|Name or service not known|Temporary failure in name resolution")]
    private static partial Regex UnknownHost();

    [GeneratedRegex(@"Connection refused")]
    private static partial Regex ConnectionRefused();

    [GeneratedRegex(@"timed out|No route to host|Network is unreachable|Failed to connect to|Operation too slow", RegexOptions.IgnoreCase)]
    private static partial Regex TimedOut();

    [GeneratedRegex(@"not valid: is this a git repository|protocol error: bad line length|invalid server response|dumb http transport")]
    private static partial Regex NotGit();

    [GeneratedRegex(@"returned error: \d{3}|remote error:")]
    private static partial Regex ServerError();

    [GeneratedRegex(@"No space left on device")]
    private static partial Regex DiskFull();

    [GeneratedRegex(@"early EOF|hung up unexpectedly|Connection reset|RPC failed|unexpected disconnect|Could not read from remote repository|Connection closed|Broken pipe|unable to connect")]
    private static partial Regex ConnectionLost();

    [GeneratedRegex(@"://[^/@\s']*@")]
    private static partial Regex UserInfo();
}
