using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class RetireContainersTests
{
    [Theory]
    [InlineData("USR1", true)]
    [InlineData(null, false)]
    public async Task MarksOfSignals_GoWithTheirContainers(string? signal, bool isForgotten)
    {
        var attempt = new Attempt([new() { Name = "web", PreStartSignal = signal }]);
        attempt.GivenContainers(Old("c1", "web"), New("c2", "web"));

        await RetireContainers.RunAsync(attempt.Context, TestContext.Current.CancellationToken);

        Assert.Contains(Line(DockerCommands.StopAndRemove(["c1"], 10)), attempt.Machine.Programs);
        Assert.Equal(isForgotten, attempt.Machine.Programs.Contains(Line(DockerCommands.ForgetSignals(["c1"]))));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("web")]
    public async Task Container_EndsAsItsOwnDefinitionSaid_WhateverTheNewOneSays(string service)
    {
        var attempt = new Attempt([new() { Name = "web", StopGrace = 7, PreStopSequence = [new(0, "HUP")] }]);
        attempt.GivenContainers(Old("c1", service) with { StopGrace = 90, PreStopSequence = [new(60, null), new(0, "USR2")] }, Old("c2", "other") with { StopGrace = 3, PreStopSequence = [] });

        await RetireContainers.RunAsync(attempt.Context, TestContext.Current.CancellationToken);

        var at = attempt.Machine.Programs.IndexOf("sleep 60");
        Assert.Equal(
            ["sleep 60", Line(DockerCommands.SignalOnce(["c1"], 1, "USR2")), Line(DockerCommands.StopAndRemove(["c1"], 90)), Line(DockerCommands.ForgetSignals(["c1"]))],
            attempt.Machine.Programs.GetRange(at, 4));
        Assert.Contains(Line(DockerCommands.StopAndRemove(["c2"], 3)), attempt.Machine.Programs);
        Assert.DoesNotContain(attempt.Machine.Programs, program => program.Contains("HUP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ContainerOfAnEarlierVersion_EndsAsTheDefinitionSays()
    {
        var attempt = new Attempt([new() { Name = "web", StopGrace = 7, PreStopSequence = [new(0, "HUP")] }]);
        attempt.GivenContainers(Old("c1", "web"));

        await RetireContainers.RunAsync(attempt.Context, TestContext.Current.CancellationToken);

        Assert.Contains(Line(DockerCommands.SignalOnce(["c1"], 0, "HUP")), attempt.Machine.Programs);
        Assert.Contains(Line(DockerCommands.StopAndRemove(["c1"], 7)), attempt.Machine.Programs);
    }

    [Fact]
    public async Task FilesThatCommandsLeft_AreRemoved_OfThisStack()
    {
        var attempt = new Attempt([new() { Name = "web" }]);

        await RetireContainers.RunAsync(attempt.Context, TestContext.Current.CancellationToken);

        Assert.Contains(
            "find /etc/slipway/stacks/shop -ignore_readdir_race -mindepth 2 -maxdepth 2 -path /etc/slipway/stacks/shop/commands/* -mmin +60 -exec rm --recursive --force -- {} +",
            attempt.Machine.Programs);
    }

    [Fact]
    public async Task Command_BeginsWithoutFilesOfEarlierOnes()
    {
        var attempt = new Attempt([new() { Name = "web" }]);
        var command = new OneOffCommand(attempt.Context.Wanted.Servers[0], attempt.Context.Docker.Services[0], ["env"]);

        await command.Steps[0].RunAsync(attempt.Context, TestContext.Current.CancellationToken);

        Assert.Equal(["/etc/slipway/stacks/shop/commands"], attempt.Machine.Removed);
        Assert.Contains("/etc/slipway/stacks/shop/commands/new/web", attempt.Machine.Files.Keys);
    }
}
