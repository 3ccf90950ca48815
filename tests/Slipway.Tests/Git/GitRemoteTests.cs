using System.Net;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;
using Slipway.Engine;
using Slipway.Engine.Git;

namespace Slipway.Tests.Git;

/// <summary>How git is let through to a host: over http with a pinned address, over ssh with its own settings, and what failures say.</summary>
public sealed class GitRemoteTests : IAsyncLifetime
{
    private readonly GitHost _repositories = new();
    private readonly DirectoryInfo _mirrors = Directory.CreateTempSubdirectory("slipway-remote-");
    private GitHttpHost? _http;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GitHttpHost Http => _http!;

    public async ValueTask InitializeAsync()
    {
        _http = await GitHttpHost.StartAsync(_repositories.Root);
        await _repositories.CreateAsync("app");
        await _repositories.CommitAsync("app", "First", ("a", "1"));
    }

    public async ValueTask DisposeAsync()
    {
        await Http.DisposeAsync();
        await _repositories.DisposeAsync();
        _mirrors.Delete(recursive: true);
    }

    [Fact]
    public async Task Http_GoesToTheCheckedAddress()
    {
        // No name server knows git.test: only the pin can bring git there.
        var mirror = Mirror($"http://git.test:{Http.Port}/app/.git");
        await mirror.FetchAsync(Token);
        Assert.Equal("First", (await mirror.ResolveAsync(GitRef.Parse("main"), Token)).Subject);
    }

    [Theory]
    [InlineData("private/app/.git", "The repository http://git.test:PORT/private/app/.git asks for a sign-in: it is private or does not exist. Use the ssh address (git@git.test:owner/repository.git) and add the stack's deploy key to the repository, or put a token in the https address.")]
    [InlineData("nothing/.git", "There is no repository at http://git.test:PORT/nothing/.git, or it is private. Check the address; for a private repository use the ssh address and add the stack's deploy key to it.")]
    [InlineData("moved/app/.git", "The host answers http://git.test:PORT/moved/app/.git with a redirect, which Slipway does not follow. Use the final address (often https instead of http, or with .git at the end).")]
    [InlineData("broken/app", "The git host git.test answered with an error: fatal: unable to access 'http://git.test:PORT/broken/app/': The requested URL returned error: 503. Try again later.")]
    [InlineData("page/app", "What answers at http://git.test:PORT/page/app is not a git repository. Check the address.")]
    public async Task Http_FailuresSayWhatToDo(string path, string message)
    {
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Mirror($"http://git.test:{Http.Port}/{path}").FetchAsync(Token));
        Assert.Equal(message.Replace("PORT", $"{Http.Port}", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public async Task Credentials_TravelByEnvironmentOnly()
    {
        var url = GitUrl.Parse($"https://{GitHttpHost.User}:{Uri.EscapeDataString(GitHttpHost.Token)}@git.test:{Http.Port}/private/app/.git");
        var remote = new GitRemote(url, null, _mirrors.FullName, Guard(), new EngineTimeouts(), TimeProvider.System);

        var connection = await remote.ConnectAsync(Token);

        Assert.Equal(["-c", $"http.curloptResolve=git.test:{Http.Port}:127.0.0.1"], connection.Arguments);
        // The host speaks plain http, so the same settings are handed to git for that.
        var asked = await new GitProgram(_mirrors.FullName, TimeProvider.System).RunAsync(
            [.. connection.Arguments, "ls-remote", "--", url.Address.Replace("https:", "http:", StringComparison.Ordinal), "main"],
            TimeSpan.FromSeconds(30), Token, connection.Environment);
        Assert.EndsWith("refs/heads/main\n", asked.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForgottenHostKey_IsLearntAnew()
    {
        var known = Path.Combine(_mirrors.FullName, "app", "ssh", "known_hosts");
        Directory.CreateDirectory(Path.GetDirectoryName(known)!);
        await File.WriteAllTextAsync(known, "git.test ssh-ed25519 AAAA\n", Token);
        var mirrors = new GitMirrors(new GitOptions { Directory = _mirrors.FullName }, Guard(), new EngineTimeouts(), TimeProvider.System);

        await mirrors.ForgetHostKeyAsync("app", Token);

        Assert.False(File.Exists(known));
    }

    [Fact]
    public async Task LiteralAddress_NeedsNoPin()
    {
        var mirror = Mirror($"http://127.0.0.1:{Http.Port}/app/.git");
        await mirror.FetchAsync(Token);
        Assert.Equal(["main"], await mirror.ListBranchesAsync(Token));
    }

    [Fact]
    public async Task Https_SaysWhenTheOtherSideSpeaksNoTls()
    {
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Mirror($"https://me:s3cret@git.test:{Http.Port}/app").FetchAsync(Token));
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("The TLS certificate of git.test is not valid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentHost_EndsAtTheDeadlineOrAtCancel()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = $"git://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/app";

        var error = await Assert.ThrowsAsync<UserErrorException>(
            () => Mirror(url, new EngineTimeouts { GitFetch = TimeSpan.FromMilliseconds(300) }).FetchAsync(Token));
        Assert.Equal($"The repository {url} could not be fetched within 0.3 seconds. Try again; if its history is huge, an administrator can raise the time limit.", error.Message);

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Mirror(url).FetchAsync(cancel.Token));
    }

    [Fact]
    public async Task Ssh_SettingsAreThoseThatOpenSshReads()
    {
        var key = SshKeyPair.Create("deploy");
        var ssh = new GitSsh(_mirrors.FullName, new EngineTimeouts());
        var environment = await ssh.PrepareAsync(GitUrl.Parse("ssh://git@git.test:2222/a.git"), IPAddress.Parse("192.0.2.7"), key.Private, Token);

        var shown = await Cli.Wrap("ssh").WithArguments(["-G", "-F", environment["SLIPWAY_SSH_CONFIG"]!, "-p", "2222", "git@git.test"]).ExecuteBufferedAsync(Token);
        var settings = shown.StandardOutput.Split('\n').ToHashSet();
        var folder = Path.Combine(_mirrors.FullName, "ssh");
        Assert.Superset(
            new HashSet<string>
            {
                "hostname 192.0.2.7", "hostkeyalias [git.test]:2222", "port 2222", "user git", $"identityfile {folder}/deploy-key", "identitiesonly yes", "batchmode yes",
                "stricthostkeychecking accept-new", $"userknownhostsfile {folder}/known_hosts", "globalknownhostsfile /dev/null", "connecttimeout 10",
                "forwardagent no", "clearallforwardings yes", "serveraliveinterval 5",
            },
            settings);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "deploy-key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(environment["GIT_SSH"]!));
        Assert.Equal("#!/bin/sh\nexec ssh -F \"$SLIPWAY_SSH_CONFIG\" \"$@\"\n", await File.ReadAllTextAsync(environment["GIT_SSH"]!, Token));
        Assert.Equal(key.Private.Reveal(), await File.ReadAllTextAsync(Path.Combine(folder, "deploy-key"), Token));

        await ssh.PrepareAsync(GitUrl.Parse("git@git.test:a.git"), IPAddress.Parse("192.0.2.7"), null, Token);
        Assert.False(File.Exists(Path.Combine(folder, "deploy-key")));
    }

    [Theory]
    [InlineData("git@git.test: Permission denied (publickey).\nfatal: Could not read from remote repository.", "The git host git.test did not accept the stack's deploy key. Add the deploy key that Slipway shows to the repository git@git.test:a/b.git (read access is enough) and try again.")]
    [InlineData("ERROR: Repository not found.\nfatal: Could not read from remote repository.", "The git host git.test knows no repository git@git.test:a/b.git, or the stack's deploy key may not read it. Check the address and add the deploy key to the repository.")]
    [InlineData("No ED25519 host key is known\nHost key verification failed.\nfatal: Could not read from remote repository.", "The SSH host key of git.test has changed since it was first seen. If the host's owner confirms the change, reset the repository's known hosts in Slipway; otherwise somebody may be in between.")]
    [InlineData("ssh: connect to host 192.0.2.7 port 22: Connection timed out\nfatal: Could not read from remote repository.", "The host git.test does not answer on port 22. Check the address, the network and its firewall.")]
    [InlineData("Connection closed by 192.0.2.7 port 22\nfatal: Could not read from remote repository.", "The connection to git.test broke while the repository was fetched: fatal: Could not read from remote repository. Try again.")]
    [InlineData("fatal: write error: No space left on device", "The disk of the Slipway server is full, so the repository could not be fetched. Free some space and try again.")]
    [InlineData("fatal: bad object HEAD", null)]
    public void Failures_AreToldByWhatGitSays(string errors, string? message) =>
        Assert.Equal(message, GitFailure.OfRemote(GitUrl.Parse("git@git.test:a/b.git"), new GitResult(128, "", errors))?.Message);

    private static OutboundGuard Guard() =>
        new([IPNetwork.Parse("127.0.0.0/8")], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

    private GitMirror Mirror(string url, EngineTimeouts? timeouts = null) =>
        new GitMirrors(new GitOptions { Directory = _mirrors.FullName }, Guard(), timeouts ?? new EngineTimeouts(), TimeProvider.System)
            .Open("app", GitUrl.Parse(url), null);
}
