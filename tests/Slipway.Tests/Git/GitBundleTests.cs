using System.Net;
using Slipway.Engine;
using Slipway.Engine.Git;

namespace Slipway.Tests.Git;

/// <summary>The way of the code from the git host over the mirror to a bare repository that stands for a server's cached copy.</summary>
public sealed class GitBundleTests : IAsyncLifetime
{
    private readonly GitHost _host = new();
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("slipway-bundle-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Server => Path.Combine(_work.FullName, "server.git");

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync();
        await _host.CreateAsync("app");
        await GitHost.RunAsync(_work.FullName, "init", "--quiet", "--bare", "server.git");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _work.Delete(recursive: true);
    }

    [Fact]
    public async Task Bundle_CarriesOnlyWhatTheServerLacks()
    {
        var noise = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(200_000));
        var first = await _host.CommitAsync("app", "First", ("big", noise), ("version", "1"));
        var mirror = Mirror();
        var whole = await ShipAsync(mirror, first, []);

        var second = await _host.CommitAsync("app", "Second", ("version", "2"));
        var part = await ShipAsync(mirror, second, [first]);

        Assert.InRange(whole, 200_000, long.MaxValue);
        Assert.InRange(part, 100, 2_000);
        Assert.Equal("2", await GitHost.RunAsync(Server, "show", $"{second}:version"));
        Assert.Equal("1", await GitHost.RunAsync(Server, "show", $"{first}:version"));
        Assert.Equal("", await GitHost.RunAsync(Server, "fsck", "--full", "--strict", "--no-dangling"));
    }

    [Fact]
    public async Task Bundle_IsNoneWhenTheServerHasTheCommitOrALaterOne()
    {
        var first = await _host.CommitAsync("app", "First");
        var second = await _host.CommitAsync("app", "Second");
        var mirror = Mirror();
        await mirror.FetchAsync(Token);

        Assert.Null(await mirror.OpenBundleAsync(second, [second], Token));
        Assert.Null(await mirror.OpenBundleAsync(first, [second], Token));
    }

    [Fact]
    public async Task Bundle_PassesOverCommitsThatTheMirrorNeverHad()
    {
        var first = await _host.CommitAsync("app", "First", ("a", "1"));
        var mirror = Mirror();
        await ShipAsync(mirror, first, ["0123456789012345678901234567890123456789", "--all", "x; rm -rf /", ""]);

        await _host.GitAsync("app", "commit", "--amend", "--quiet", "-m", "Rewritten");
        var rewritten = await _host.GitAsync("app", "rev-parse", "HEAD");
        await ShipAsync(mirror, rewritten, [first]);

        Assert.Equal("Rewritten", await GitHost.RunAsync(Server, "log", "-1", "--format=%s", GitBundle.RefOf(rewritten)));
    }

    [Fact]
    public async Task Bundle_LeavesNoFileBehind()
    {
        var first = await _host.CommitAsync("app", "First", ("a", "1"));
        var mirror = Mirror();
        await mirror.FetchAsync(Token);

        await using var bundle = await mirror.OpenBundleAsync(first, [], Token);

        Assert.NotNull(bundle);
        Assert.Equal(bundle.Length, bundle.Content.Length);
        Assert.Empty(Directory.GetFiles(Path.Combine(_work.FullName, "mirrors", "app", "tmp")));
    }

    [Fact]
    public async Task Bundle_ToleratesManyAtOnce()
    {
        var hash = await _host.CommitAsync("app", "First", ("a", "1"));
        var mirror = Mirror();
        await mirror.FetchAsync(Token);

        var lengths = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var bundle = await mirror.OpenBundleAsync(hash, [], Token);
            return bundle!.Length;
        }));

        Assert.All(lengths, length => Assert.Equal(lengths[0], length));
    }

    [Fact]
    public void Header_IsThatOfGit()
    {
        var commit = new string('a', 40);
        var known = new string('b', 40);
        Assert.Equal($"# v2 git bundle\n-{known} \n{commit} refs/slipway/{commit}\n\n", GitBundler.Header(commit, [known]));
        var long256 = new string('c', 64);
        Assert.Equal($"# v3 git bundle\n@object-format=sha256\n{long256} refs/slipway/{long256}\n\n", GitBundler.Header(long256, []));
    }

    private GitMirror Mirror() => new GitMirrors(
        new GitOptions { Directory = Path.Combine(_work.FullName, "mirrors") }, new OutboundGuard([IPNetwork.Parse("127.0.0.0/8")]), new EngineTimeouts(), TimeProvider.System)
        .Open("app", GitUrl.Parse(_host.UrlOf("app")), null);

    /// <summary>What the product does: bring the mirror up to date, send the bundle, fetch it on the server.</summary>
    private async Task<long> ShipAsync(GitMirror mirror, string commit, IReadOnlyCollection<string> known)
    {
        await mirror.FetchAsync(Token);
        await using var bundle = await mirror.OpenBundleAsync(commit, known, Token);
        Assert.NotNull(bundle);
        var file = Path.Combine(_work.FullName, "sent.bundle");
        await using (var sent = File.Create(file))
            await bundle.Content.CopyToAsync(sent, Token);
        await GitHost.RunAsync(Server, "bundle", "verify", "--quiet", file);
        await GitHost.RunAsync(Server, "fetch", "--quiet", file, $"{bundle.Ref}:{bundle.Ref}");
        return bundle.Length;
    }
}
