using CliWrap;
using CliWrap.Buffered;
using Slipway.Rig;

namespace Slipway.SystemTests.Rig;

public sealed class TestbedTests(Testbed testbed)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bare_IsADebianThatSystemdRuns()
    {
        await using var server = await testbed.StartBareAsync(Token);

        Assert.Equal("running", await server.ExecuteAsync(["systemctl", "is-system-running", "--wait"], Token));
        Assert.Equal("0", await SshAsync(server, "deploy", "sudo -n id -u"));
        Assert.Equal("plain", await SshAsync(server, "plain", "sudo -n true || id -un"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.ExecuteAsync(["which", "ruby"], Token));
    }

    [Fact]
    public async Task Reboot_KeepsDiskAndAddress_AndIsANewBoot()
    {
        await using var server = await testbed.StartBareAsync(Token);
        await using var other = await testbed.StartBareAsync(Token);
        string[] bootId = ["cat", "/proc/sys/kernel/random/boot_id"];
        var before = await server.ExecuteAsync(bootId, Token);
        await server.ExecuteAsync(["touch", "/root/kept", "/run/lost"], Token);

        await server.RebootAsync(Token);

        Assert.NotEqual(before, await server.ExecuteAsync(bootId, Token));
        Assert.NotEqual(await server.ExecuteAsync(bootId, Token), await other.ExecuteAsync(bootId, Token));
        Assert.Equal("0", await SshAsync(server, "root", "test -f /root/kept && ! test -f /run/lost && id -u"));
    }

    [Fact]
    public async Task Warm_StartsSideBySide_WithItsServices()
    {
        var servers = await testbed.StartWarmAsync(2, Token);
        await using var first = servers[0];
        await using var second = servers[1];

        Assert.NotEqual(first.Address, second.Address);
        foreach (var server in servers)
        {
            await server.ExecuteAsync(["systemctl", "is-system-running", "--wait"], Token);
            var states = await server.ExecuteAsync(["systemctl", "is-active", "nginx", "postgresql@15-main", "redis-server", "mariadb", "memcached"], Token);
            Assert.All(states.Split('\n'), state => Assert.Equal("active", state));
        }
    }

    private static async Task<string> SshAsync(FreshServer server, string user, string command)
    {
        var result = await Cli.Wrap("ssh")
            .WithArguments(["-i", server.PrivateKeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", $"{user}@{server.Address}", command])
            .ExecuteBufferedAsync(Token);
        return result.StandardOutput.TrimEnd('\n');
    }
}
