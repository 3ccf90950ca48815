using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class StartContainersTests
{
    [Theory]
    [InlineData(true, "c1")]
    [InlineData(false, null)]
    public async Task PreStartSignal_GoesToThoseThatLeave_AndStillServe(bool isDeployment, string? signalled)
    {
        var attempt = new Attempt([new() { Name = "web", PreStartSignal = "USR1" }]);
        attempt.GivenContainers(Old("c1", "web") with { Release = "2" }, Old("drains", "web") with { IsPinned = false });
        var server = attempt.Context.Wanted.Servers[0] with { ProcessCounts = new Dictionary<string, int> { ["web"] = 2 } };
        var context = attempt.Context with
        {
            Wanted = attempt.Context.Wanted with { Servers = [server] },
            Change = isDeployment ? ContainerChange.Deployment : ContainerChange.None,
        };

        await StartContainers.RunAsync(context, TestContext.Current.CancellationToken);

        var signals = attempt.Machine.Programs.Where(program => program.Contains("kill --signal", StringComparison.Ordinal));
        Assert.Equal(signalled is null ? [] : [Line(DockerCommands.SignalOnce([signalled], "start-new", "USR1"))], signals);
        Assert.Contains(attempt.Machine.Programs, program => program.StartsWith("docker container run --detach", StringComparison.Ordinal));
    }
}
