using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteFilesTests(TestServer server) : IClassFixture<TestServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_ChangesOnlyWhatDiffers()
    {
        var host = server.Host();
        FileChange[] wanted =
        [
            new MakeDirectory("/srv/a/b", Modes.GroupShared, "deploy", "deploy"),
            new WriteFile("/srv/a/b/file", "text"u8.ToArray(), Modes.GroupReadable, "deploy", "adm"),
            new MakeLink("/srv/a/link", "b"),
            new Remove("/srv/a/nothing"),
        ];
        Assert.Equal(["/srv/a/b", "/srv/a/b/file", "/srv/a/link"], await host.ApplyAsync(wanted, Token));
        Assert.Equal("2770 deploy deploy", await server.ExecAsync("stat", "--format", "%a %U %G", "/srv/a/b"));
        Assert.Equal("640 deploy adm", await server.ExecAsync("stat", "--format", "%a %U %G", "/srv/a/b/file"));
        Assert.Equal("755 root root", await server.ExecAsync("stat", "--format", "%a %U %G", "/srv/a"));
        Assert.Equal("b", await server.ExecAsync("readlink", "/srv/a/link"));
        Assert.Empty(await host.ApplyAsync(wanted, Token));

        await server.ExecAsync("chmod", "0777", "/srv/a/b/file", "/srv/a/b");
        await server.ExecAsync("ln", "-sfn", "elsewhere", "/srv/a/link");
        Assert.Equal(["/srv/a/b", "/srv/a/b/file", "/srv/a/link"], await host.ApplyAsync(wanted, Token));
        Assert.Equal("640 deploy adm", await server.ExecAsync("stat", "--format", "%a %U %G", "/srv/a/b/file"));
        Assert.Equal(["/srv/a/b/file"], await host.ApplyAsync([new WriteFile("/srv/a/b/file", "Text"u8.ToArray(), Modes.GroupReadable, "deploy", "adm")], Token));
        Assert.Equal("", await server.ExecAsync("find", "/srv", "-name", "*.new"));
    }

    [Fact]
    public async Task Apply_RemovesADirectoryWithoutFollowingLinks()
    {
        await server.ExecAsync("sh", "-c", "mkdir -p /srv/gone/x/y /srv/kept && touch /srv/kept/file /srv/gone/x/y/z && ln -s /srv/kept /srv/gone/x/link");
        Assert.Equal(["/srv/gone"], await server.Host().ApplyAsync([new Remove("/srv/gone")], Token));
        Assert.Equal("/srv/kept\n/srv/kept/file", await server.ExecAsync("find", "/srv", "-path", "/srv/kept*", "-o", "-path", "/srv/gone*"));
    }

    [Fact]
    public async Task EveryField_IsTakenAsItIs()
    {
        var host = server.Host();
        foreach (var text in HostileText.All.Where(text => text is not ""))
        {
            var name = "/srv/hostile/" + text.Replace('/', '_');
            FileChange[] changes =
            [
                new MakeDirectory(name + ".d"), new WriteFile(name + ".f", Encoding.UTF8.GetBytes(text)), new MakeLink(name + ".l", text), new Remove(name),
            ];
            Assert.Equal([name + ".d", name + ".f", name + ".l"], await host.ApplyAsync(changes, Token));
            Assert.Equal(Encoding.UTF8.GetBytes(text), await host.ReadFileAsync(name + ".f", Token));
            var inside = new RemoteCommand { Name = text, Programs = [["readlink", "-n", name + ".l"]], Directory = name + ".d", Deadline = TimeSpan.FromMinutes(1) };
            Assert.True((await host.RunAsync(inside, null, Token)).IsSuccess);
            await AssertRefusedAsync(new WriteFile("/srv/owned", default, Owner: text));
            await AssertRefusedAsync(new MakeDirectory("/srv/owned", Group: text));
            Assert.Equal([name + ".d"], await server.Host(stack: text).ApplyAsync([new Remove(name + ".d")], Token));
        }
        await HostileText.AssertNothingRanAsync(server);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/srv/../etc/passwd")]
    [InlineData("/srv/./x/y")]
    [InlineData("/srv/a\0b")]
    public async Task Apply_RefusesPathsThatLeadElsewhere(string path)
    {
        await AssertRefusedAsync(new WriteFile(path, default));
        await AssertRefusedAsync(new MakeLink(path, "x"));
        await AssertRefusedAsync(new Remove(path));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ReadFileAsync(path, Token));
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("//usr//")]
    public Task Apply_DoesNotRemoveWhatTheSystemIsMadeOf(string path) => AssertRefusedAsync(new Remove(path));

    [Fact]
    public async Task Apply_DoesNotFollowLinksThatAUserMade()
    {
        await server.ExecAsync("sh", "-c", "mkdir -p /srv/user && chown deploy /srv/user && su deploy -c 'ln -s /etc /srv/user/shared; ln -s /etc/shadow /srv/user/file'");
        await AssertRefusedAsync(new WriteFile("/srv/user/shared/slipway", default));
        await AssertRefusedAsync(new Remove("/srv/user/shared/passwd"));
        await AssertRefusedAsync(new MakeDirectory("/srv/user/shared"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ReadFileAsync("/srv/user/file", Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ReadFileAsync("/srv/user/shared/shadow", Token));
        Assert.Equal(["/srv/user/file"], await server.Host().ApplyAsync([new WriteFile("/srv/user/file", "own"u8.ToArray())], Token));
        Assert.Contains("root:", await server.ExecAsync("cat", "/etc/shadow"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SaysWhichKindIsInTheWay()
    {
        await server.Host().ApplyAsync([new MakeDirectory("/srv/kind/directory"), new WriteFile("/srv/kind/file", default)], Token);
        await AssertRefusedAsync(new WriteFile("/srv/kind/directory", default), "/srv/kind/directory is a directory");
        await AssertRefusedAsync(new MakeLink("/srv/kind/directory", "x"), "/srv/kind/directory is a directory");
        await AssertRefusedAsync(new MakeDirectory("/srv/kind/file"), "is not a directory");
    }

    [Fact]
    public async Task ReadFile_TellsNothingFromTooMuch()
    {
        var host = server.Host();
        Assert.Null(await host.ReadFileAsync("/srv/no/such/file", Token));
        Assert.Null(await host.ReadFileAsync("/etc/passwd/below-a-file", Token));
        await server.ExecAsync("truncate", "--size", "1048576", "/srv/mebibyte");
        Assert.Equal(1 << 20, (await host.ReadFileAsync("/srv/mebibyte", Token))!.Length);
        await server.ExecAsync("truncate", "--size", "1048577", "/srv/mebibyte");
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ReadFileAsync("/srv/mebibyte", Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ReadFileAsync("/srv", Token));
    }

    [Fact]
    public async Task OpenFile_GoesOnWhereItWas_AfterALostConnection()
    {
        await server.ExecAsync("sh", "-c", "head -c 30000000 /dev/urandom >/srv/large");
        var host = server.Host();
        await using var file = await host.OpenFileAsync("/srv/large", Token);
        var content = new byte[30_000_000];
        await file.ReadExactlyAsync(content.AsMemory(0, 5_000_000), Token);
        Assert.True(await server.CutAsync() > 0);
        await file.ReadExactlyAsync(content.AsMemory(5_000_000), Token);
        Assert.Equal(0, await file.ReadAsync(new byte[1], Token));
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(content)), await server.ExecAsync("sha256sum", "/srv/large"), StringComparison.Ordinal);

        await using var none = await host.OpenFileAsync("/srv/no/such/file", Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await none.ReadExactlyAsync(new byte[1], Token));
    }

    private async Task AssertRefusedAsync(FileChange change, string reason = "")
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => server.Host().ApplyAsync([change], Token));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
