using System.Net;
using Slipway.Engine;
using Slipway.Engine.Git;

namespace Slipway.Tests.Git;

public sealed class GitMirrorTests : IAsyncLifetime
{
    private readonly GitHost _host = new();
    private readonly DirectoryInfo _mirrors = Directory.CreateTempSubdirectory("slipway-mirrors-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _mirrors.Delete(recursive: true);
    }

    [Fact]
    public async Task Resolve_FindsBranchTagAndHash()
    {
        await _host.CreateAsync("app");
        var first = await _host.CommitAsync("app", "First: \"quotes\"; $(x) ü", ("a.txt", "1"));
        await _host.GitAsync("app", "tag", "-a", "v1.0", "-m", "Release");
        await _host.GitAsync("app", "tag", "light");
        await _host.GitAsync("app", "branch", "feature/x");
        var second = await _host.CommitAsync("app", "Second", ("a.txt", "2"));
        var mirror = await FetchedAsync("app");

        Assert.Equal(
            new GitCommit(second, "Second", "Ada <ada@example.test>", DateTimeOffset.Parse("2026-01-02T03:04:05Z")),
            await mirror.ResolveAsync(GitRef.Parse("main"), Token));
        Assert.Equal("First: \"quotes\"; $(x) ü", (await mirror.ResolveAsync(GitRef.Parse("v1.0"), Token)).Subject);
        foreach (var name in new[] { "v1.0", "light", "feature/x", first, first[..8], first.ToUpperInvariant() })
            Assert.Equal(first, (await mirror.ResolveAsync(GitRef.Parse(name), Token)).Hash);
        Assert.Equal(["feature/x", "main"], await mirror.ListBranchesAsync(Token));
        Assert.Equal("main", await mirror.GetDefaultBranchAsync(Token));
    }

    [Fact]
    public async Task Resolve_NamesBranchesWhenThereIsNoSuchRef()
    {
        await _host.CreateAsync("app", "trunk");
        await _host.CommitAsync("app", "First");
        for (var i = 0; i < 12; i++)
            await _host.GitAsync("app", "branch", $"b{i:00}");
        var mirror = await FetchedAsync("app");

        var error = await Assert.ThrowsAsync<UserErrorException>(() => mirror.ResolveAsync(GitRef.Parse("main"), Token));
        Assert.Equal(
            $"There is no branch, tag or commit \"main\" in {_host.UrlOf("app")}. Its branches are: b00, b01, b02, b03, b04, b05, b06, b07, b08, b09 and 3 more.",
            error.Message);
        await Assert.ThrowsAsync<UserErrorException>(() => mirror.ResolveAsync(GitRef.Parse("deadbeef"), Token));
    }

    [Fact]
    public async Task Resolve_SaysThatTheRepositoryIsEmpty()
    {
        await _host.CreateAsync("empty");
        var mirror = await FetchedAsync("empty");

        var error = await Assert.ThrowsAsync<UserErrorException>(() => mirror.ResolveAsync(GitRef.Parse("main"), Token));
        Assert.Equal($"The repository {_host.UrlOf("empty")} is empty. Push a commit to it and try again.", error.Message);
        Assert.Null(await mirror.GetDefaultBranchAsync(Token));

        var hash = await _host.CommitAsync("empty", "First");
        await mirror.FetchAsync(Token);
        Assert.Equal(hash, (await mirror.ResolveAsync(GitRef.Parse("main"), Token)).Hash);
        Assert.Equal("main", await mirror.GetDefaultBranchAsync(Token));
    }

    [Fact]
    public async Task Fetch_FollowsDeletedBranchesAndForcedPushes()
    {
        await _host.CreateAsync("app");
        await _host.CommitAsync("app", "First");
        await _host.GitAsync("app", "branch", "old");
        await _host.CommitAsync("app", "Second");
        var mirror = await FetchedAsync("app");

        await _host.GitAsync("app", "branch", "-D", "old");
        await _host.GitAsync("app", "branch", "old/nested");
        await _host.GitAsync("app", "commit", "--amend", "--quiet", "--allow-empty", "-m", "Rewritten");
        await mirror.FetchAsync(Token);

        Assert.Equal(["main", "old/nested"], await mirror.ListBranchesAsync(Token));
        Assert.Equal("Rewritten", (await mirror.ResolveAsync(GitRef.Parse("main"), Token)).Subject);
        await Assert.ThrowsAsync<UserErrorException>(() => mirror.ResolveAsync(GitRef.Parse("old"), Token));
    }

    [Fact]
    public async Task Fetch_SaysWhenHostIsDownOrRepositoryUnknown()
    {
        await _host.CreateAsync("app");
        await _host.CommitAsync("app", "First");
        var unknown = await Assert.ThrowsAsync<UserErrorException>(() => Mirror("nothing").FetchAsync(Token));
        Assert.Equal($"There is no repository at {_host.UrlOf("nothing")}, or it is private. Check the address; for a private repository use the ssh address and add the stack's deploy key to it.", unknown.Message);

        var mirror = await FetchedAsync("app");
        await _host.StopAsync();
        var down = await Assert.ThrowsAsync<UserErrorException>(() => mirror.FetchAsync(Token));
        Assert.Equal($"The host 127.0.0.1 refuses connections on port {_host.Port}. Check the address, and that the git host is running.", down.Message);
        Assert.Equal("First", (await mirror.ResolveAsync(GitRef.Parse("main"), Token)).Subject);

        await _host.StartAsync();
        await mirror.FetchAsync(Token);
    }

    [Fact]
    public async Task Fetch_IsSerializedForOneMirror()
    {
        await _host.CreateAsync("app");
        var hash = await _host.CommitAsync("app", "First", ("a", "1"));
        var mirrors = Mirrors();
        var url = GitUrl.Parse(_host.UrlOf("app"));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => mirrors.Open("same", url, null).FetchAsync(Token)));

        Assert.Equal(hash, (await mirrors.Open("same", url, null).ResolveAsync(GitRef.Parse("main"), Token)).Hash);
        Assert.Equal(["repository.git"], Directory.GetDirectories(Path.Combine(_mirrors.FullName, "same")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("objects")]
    [InlineData("packs")]
    [InlineData("head")]
    [InlineData("lock")]
    [InlineData("incoming")]
    [InlineData("marker")]
    public async Task Fetch_RemakesDamagedMirror(string damage)
    {
        await _host.CreateAsync("app");
        await _host.CommitAsync("app", "First", ("a", "1"));
        var mirror = await FetchedAsync("app");
        var folder = Path.Combine(_mirrors.FullName, "app");
        var repository = Path.Combine(folder, "repository.git");
        await _host.CommitAsync("app", "Second", ("a", "2"));
        switch (damage)
        {
            case "objects": Directory.Delete(Path.Combine(repository, "objects"), true); break;
            case "packs": Array.ForEach(Directory.GetFiles(repository, "*", SearchOption.AllDirectories).Where(path => path.Contains("/objects/")).ToArray(), path => Truncate(path)); break;
            case "head": File.Delete(Path.Combine(repository, "HEAD")); break;
            case "lock": await File.WriteAllTextAsync(Path.Combine(repository, "refs/heads/main.lock"), "", Token); break;
            case "incoming": Directory.Move(repository, Path.Combine(folder, "incoming-1.git")); break;
            default: File.Delete(Path.Combine(folder, "origin")); break;
        }

        await mirror.FetchAsync(Token);

        var commit = await mirror.ResolveAsync(GitRef.Parse("main"), Token);
        Assert.Equal("Second", commit.Subject);
        Assert.Equal("2", (await mirror.FilesAt(commit).ReadAsync(["a"], Token))["a"]);
        Assert.Equal(["repository.git"], Directory.GetDirectories(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Fetch_StartsAfreshForAnotherAddress()
    {
        await _host.CreateAsync("one");
        await _host.CommitAsync("one", "One");
        await _host.CreateAsync("two", "develop");
        await _host.CommitAsync("two", "Two");
        await FetchedAsync("one", "stack");

        var mirror = await FetchedAsync("two", "stack");

        Assert.Equal(["develop"], await mirror.ListBranchesAsync(Token));
        Assert.Equal("develop", await mirror.GetDefaultBranchAsync(Token));
    }

    [Fact]
    public async Task Fetch_IsCancelled()
    {
        await _host.CreateAsync("app");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Mirror("app").FetchAsync(cancelled.Token));
    }

    [Fact]
    public async Task Fetch_RefusesLoopbackUnlessListed()
    {
        await _host.CreateAsync("app");
        var mirrors = new GitMirrors(new GitOptions { Directory = _mirrors.FullName }, new OutboundGuard([]), new EngineTimeouts(), TimeProvider.System);

        var error = await Assert.ThrowsAsync<UserErrorException>(
            () => mirrors.Open("app", GitUrl.Parse(_host.UrlOf("app")), null).FetchAsync(Token));

        Assert.Equal("The host 127.0.0.1 has the address 127.0.0.1, which Slipway does not contact because it belongs to this machine or to the local link. "
            + "An administrator can add its network to the allowed networks.", error.Message);
    }

    [Fact]
    public async Task Files_AreReadWhateverTheirNames()
    {
        const string hostile = "-rf; $(touch x) \"q\" 'a'\nb\tü.rb";
        await _host.CreateAsync("app");
        await _host.CommitAsync("app", "First", (hostile, "ENV['X']"), ("bin", "a\0b"), ("dir/--help", "text"), ("big", new string('x', 2_000_000)));
        File.CreateSymbolicLink(Path.Combine(_host.Root, "app", "link"), "/etc/passwd");
        await _host.CommitAsync("app", "Second");
        var mirror = await FetchedAsync("app");
        var files = mirror.FilesAt(await mirror.ResolveAsync(GitRef.Parse("main"), Token));

        Assert.Equal([hostile, "big", "bin", "dir/--help", "link"], (await files.ListAsync(Token)).Select(file => file.Path));
        var texts = await files.ReadAsync([hostile, "big", "bin", "dir/--help", "link", "missing"], Token);
        Assert.Equal(new Dictionary<string, string> { [hostile] = "ENV['X']", ["dir/--help"] = "text" }, texts);
    }

    [Fact]
    public async Task HostileBranchNames_AreOnlyNames()
    {
        const string hostile = "a;touch$IFS;b'\"`id`&|<>(x)";
        await _host.CreateAsync("app");
        var hash = await _host.CommitAsync("app", "First");
        await _host.GitAsync("app", "branch", hostile);
        var mirror = await FetchedAsync("app");

        Assert.Equal(hash, (await mirror.ResolveAsync(GitRef.Parse(hostile), Token)).Hash);
    }

    [Fact]
    public async Task Delete_RemovesTheMirror()
    {
        await _host.CreateAsync("app");
        await FetchedAsync("app");
        await Mirrors().DeleteAsync("app", Token);
        Assert.Empty(_mirrors.GetDirectories());
    }

    private static void Truncate(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(path, "damaged");
    }

    private GitMirrors Mirrors() => new(
        new GitOptions { Directory = _mirrors.FullName }, new OutboundGuard([IPNetwork.Parse("127.0.0.0/8")]), new EngineTimeouts(), TimeProvider.System);

    private GitMirror Mirror(string repository) => Mirrors().Open(repository, GitUrl.Parse(_host.UrlOf(repository)), null);

    private async Task<GitMirror> FetchedAsync(string repository, string? key = null)
    {
        var mirror = Mirrors().Open(key ?? repository, GitUrl.Parse(_host.UrlOf(repository)), null);
        await mirror.FetchAsync(Token);
        return mirror;
    }
}
