using System.Net;
using System.Net.Sockets;
using Slipway.Engine;
using Slipway.Engine.Remote;

namespace Slipway.SystemTests.Remote;

public sealed class RemoteEnrolmentTests(TestServer server) : IClassFixture<TestServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("root")]
    [InlineData("deploy")]
    public async Task Enrol_ReadsFactsAndInstallsTheHelper(string userName)
    {
        var facts = await server.NewHosts().EnrolAsync(server.Machine with { UserName = userName }, Token);
        Assert.Equal("debian", facts.Distribution);
        Assert.Equal((await server.ExecAsync("dpkg", "--print-architecture"), server.Name), (facts.Architecture, facts.HostName));
        Assert.Contains(server.Address, facts.Addresses);
        Assert.All(facts.Addresses, address => Assert.Matches("[.:]", address));
        Assert.Equal(await server.ExecAsync("cat", "/proc/sys/kernel/random/boot_id"), facts.BootId);
        Assert.True(facts is { Cores: > 0, MemoryBytes: > 100 << 20, DiskFreeBytes: > 1 << 20 });
        var files = await server.ExecAsync("find", "/usr/local/lib/slipway", "-printf", "%u:%g %m %P\n");
        Assert.Matches("^root:root 755 \nroot:root 755 helper-[0-9a-f]{16}$", files);
    }

    [Fact]
    public async Task ReadHostKey_GivesWhatOpenSshPrints()
    {
        var printed = await server.ExecAsync("ssh-keygen", "-l", "-f", "/etc/ssh/ssh_host_ed25519_key.pub");
        Assert.Equal(printed.Split(' ')[1], server.Machine.HostKey);
    }

    [Fact]
    public async Task Enrol_RefusesAnotherHostKey()
    {
        var pinned = server.Machine with { HostKey = "SHA256:" + new string('A', 43) };
        var failure = await AssertFaultAsync(RemoteFault.HostKeyChanged, pinned);
        Assert.Contains(server.Machine.HostKey, failure.Message, StringComparison.Ordinal);
        Assert.Contains(pinned.HostKey, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_RefusesAKeyThatIsNotKnownThere()
    {
        await AssertFaultAsync(RemoteFault.KeyRefused, server.Machine with { PrivateKey = SshKeyPair.Create("stranger").Private });
        await AssertFaultAsync(RemoteFault.KeyRefused, server.Machine with { UserName = "$(reboot)" });
        await AssertFaultAsync(RemoteFault.KeyRefused, server.Machine with { PrivateKey = new Secret("not a key") });
    }

    [Fact]
    public async Task Enrol_NeedsRootOrSudoWithoutPassword()
    {
        var failure = await AssertFaultAsync(RemoteFault.NotRoot, server.Machine with { UserName = "plain" });
        Assert.Contains("sudo", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_TellsWhatTheLoginSaysInstead()
    {
        // As the images of cloud vendors have it for root.
        await server.ExecAsync("sh", "-c", "cp -r /home/deploy/.ssh /home/plain/was; sed -i 's/^/command=\"echo Please login as ubuntu; exit 142\" /' /home/plain/.ssh/authorized_keys");
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => server.NewHosts().EnrolAsync(server.Machine with { UserName = "plain" }, Token));
        await server.ExecAsync("cp", "/home/plain/was/authorized_keys", "/home/plain/.ssh/authorized_keys");
        Assert.Contains("Please login as ubuntu", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_SaysWhenNobodyAnswers()
    {
        await AssertFaultAsync(RemoteFault.Unreachable, server.Machine with { Port = 9 });
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => server.NewHosts().ReadHostKeyAsync(server.Address, 9, Token));
        Assert.Equal(RemoteFault.Unreachable, failure.Fault);
        await AssertFaultAsync(RemoteFault.Unreachable, server.Machine with { Address = "127.0.0.1" });
        await AssertFaultAsync(RemoteFault.Unreachable, server.Machine with { Address = "no-such-name.invalid" });
    }

    private async Task<RemoteUnavailableException> AssertFaultAsync(RemoteFault fault, MachineSpec machine)
    {
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => server.NewHosts().EnrolAsync(machine, Token));
        Assert.Equal(fault, failure.Fault);
        Assert.DoesNotContain("PRIVATE KEY", failure.ToString(), StringComparison.Ordinal);
        return failure;
    }
}
