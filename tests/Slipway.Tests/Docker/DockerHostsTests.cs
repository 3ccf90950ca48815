using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Provisioning.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class DockerHostsTests
{
    [Theory]
    [InlineData("/usr/sbin/dockerd\n-H\nfd://\n--containerd=/run/containerd/containerd.sock\nListen=/run/docker.sock (Stream)", null)]
    [InlineData("/usr/sbin/dockerd\n--host=unix:///var/run/docker.sock\n-Hfd://\n--dns\n10.0.0.1", null)]
    [InlineData("", null)]
    [InlineData("/usr/bin/dockerd\n-H\nfd://\n-H\ntcp://0.0.0.0:2375", "tcp://0.0.0.0:2375")]
    [InlineData("/usr/bin/dockerd\n--host\ntcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    [InlineData("/usr/bin/dockerd\n--host=TCP://:2376\n--tlsverify", "TCP://:2376")]
    [InlineData("/usr/bin/dockerd\n-H=0.0.0.0:2375", "0.0.0.0:2375")]
    [InlineData("/usr/bin/dockerd\n-Htcp://0.0.0.0", "tcp://0.0.0.0")]
    [InlineData("/usr/bin/dockerd\n-H\nfd://\nListen=/run/docker.sock (Stream)\nListen=[::]:2375 (Stream)", "[::]:2375 (Stream)")]
    public void AddressThatOthersReach_IsFound(string lines, string? address) => Assert.Equal(address, DockerHosts.FindOpen(lines.Split('\n')));

    [Fact]
    public async Task EngineThatOthersReach_IsRefused_AndLeftAlone()
    {
        var attempt = new Attempt([new() { Name = "web" }]);
        attempt.Machine.Answers[Line(DockerHosts.Show[0])] = "/usr/bin/dockerd\n-H\nfd://\n-H\ntcp://0.0.0.0:2375";
        var (component, stack, server) = (new DockerComponent(), attempt.Context.Wanted, attempt.Context.Wanted.Servers[0]);
        var run = new ComponentRun(stack, server, component.Plan(stack, server)!, attempt.Context.Hosts(server), attempt, attempt.Context.Timeouts);

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => component.ConfigureAsync(run, TestContext.Current.CancellationToken));

        Assert.StartsWith("Docker on server1 listens on tcp://0.0.0.0:2375, which gives everybody who reaches it the whole machine. Take that out", problem.Message, StringComparison.Ordinal);
        Assert.Equal("{}", attempt.Machine.Files[DockerConfig.Path]);
    }
}
