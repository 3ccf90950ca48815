using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteStorageTests(TestServer server) : IClassFixture<TestServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_SaysThatTheDiskIsFull_AndLeavesTheOldFile()
    {
        await MountAsync("/srv/small", "256k");
        var host = server.Host();
        await host.ApplyAsync([new WriteFile("/srv/small/file", "old"u8.ToArray())], Token);
        await AssertFullAsync(() => host.ApplyAsync([new WriteFile("/srv/small/file", new byte[1 << 20])], Token));
        Assert.Equal("old"u8.ToArray(), await host.ReadFileAsync("/srv/small/file", Token));
        Assert.Equal("/srv/small/file", await server.ExecAsync("find", "/srv/small", "-type", "f"));
    }

    [Fact]
    public async Task Apply_SaysThatTheDiskCannotBeWritten()
    {
        await MountAsync("/srv/fixed", "256k");
        await server.ExecAsync("mount", "-o", "remount,ro", "/srv/fixed");
        await AssertFullAsync(() => server.Host().ApplyAsync([new WriteFile("/srv/fixed/file", default)], Token));
    }

    [Fact]
    public async Task Run_SaysThatTheDiskIsFull()
    {
        await MountAsync("/var/lib/slipway", "256k");
        var host = server.Host();
        var noisy = Command(["sh", "-c", "seq 200000; exit $1", "sh", "1"]);
        await AssertFullAsync(() => host.RunAsync(noisy, null, Token));
        await host.CompleteAsync([noisy.Ticket!], Token);

        var succeeding = Command(["seq", "200000"]);
        var result = await host.RunAsync(succeeding, null, Token);
        Assert.True(result.IsSuccess);
        await host.CompleteAsync([succeeding.Ticket!], Token);

        await AssertFullAsync(() => host.RunAsync(Command(["cat"]) with { OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(new byte[4 << 20])) }, null, Token));
        await server.ExecAsync("sh", "-c", "cat /dev/zero >/var/lib/slipway/filler 2>/dev/null || true");
        await AssertFullAsync(() => host.RunAsync(Command(["true"]), null, Token));
        await server.ExecAsync("rm", "/var/lib/slipway/filler");
        Assert.True((await host.RunAsync(Command(["true"]), null, Token)).IsSuccess);
    }

    private static async Task AssertFullAsync(Func<Task> change)
    {
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(change);
        Assert.Equal(RemoteFault.StorageFull, failure.Fault);
        Assert.Contains("Free some space", failure.Message, StringComparison.Ordinal);
    }

    private async Task MountAsync(string path, string size)
    {
        await server.ExecAsync("mkdir", "-p", path);
        await server.ExecAsync("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path);
    }

    private static RemoteCommand Command(string[] program) => new()
    {
        Name = "test",
        Programs = [program],
        Deadline = TimeSpan.FromMinutes(5),
        Ticket = TestServer.NewTicket(),
    };
}
