using Slipway.Engine;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Operations;
using Slipway.Engine.Provisioning.Docker;
using Slipway.Tests.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Operations;

/// <summary>How a Docker stack leaves a server.</summary>
public sealed class TakeDownTests
{
    private readonly Attempt _attempt = new([
        new() { Name = "web", StopGrace = 60, PreStopSequence = [new(0, "USR2"), new(30, null)] },
        new() { Name = "worker" },
    ]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Containers_EndAsTheirServicesWant_OnceTheirLastRequestsAreAnswered()
    {
        _attempt.GivenContainers(Old("c1", "web"), Old("c2", "worker"), Old("c3", "web") with { Run = "" });

        await RunAsync(force: false);

        var programs = _attempt.Machine.Programs;
        var drain = Line(NginxCommands.AwaitOldWorkers(_attempt.Context.Timeouts.Drain));
        Assert.Equal(
            [Line(DockerQueries.Unpin(["c1", "c2"])), Line(OneOffCommand.RemoveOld(_attempt.Context.Paths)), drain, Line(DockerCommands.SignalOnce(["c1"], 0, "USR2")), "sleep 30", Line(DockerCommands.StopAndRemove(["c1"], 60))],
            programs.SkipWhile(program => program != Line(DockerQueries.Unpin(["c1", "c2"]))).Take(6));
        Assert.Equal([drain, Line(DockerCommands.StopAndRemove(["c2"], 10))], programs[^3..^1]);
        Assert.DoesNotContain(programs, program => program.EndsWith(" c3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NamesOfServices_StayUntilContainersHaveEnded()
    {
        _attempt.GivenContainers(Old("c1", "web"));

        await RunAsync(force: false);

        Assert.Equal(_attempt.Context.Paths.NginxStream, _attempt.Machine.Removed[^1]);
        Assert.Equal(
            [Line(NginxCommands.Reload), Line(DockerCommands.StopAndRemove(["c1"], 60)), Line(NginxCommands.Reload)],
            _attempt.Machine.Programs.Where(program => program == Line(NginxCommands.Reload) || program == Line(DockerCommands.StopAndRemove(["c1"], 60))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServerWhoseProgramsFail_IsLeftOnlyWithForce(bool force)
    {
        _attempt.Machine.Files[_attempt.Context.Paths.NginxSite] = "site";
        _attempt.Machine.ExitCodes[Line(NginxCommands.Reload)] = 1;

        var problem = await Record.ExceptionAsync(() => RunAsync(force));

        Assert.Equal(force, problem is null);
        Assert.Equal(force, _attempt.Said.Exists(text => text.StartsWith("Left as it is: 'reload nginx'", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ServerThatWasNeverDeployedTo_IsNotAskedForContainers()
    {
        _attempt.Machine.Files.Remove(DockerConfig.Path);
        await RunAsync(force: false);
        Assert.DoesNotContain(Line(DockerQueries.Containers(_attempt.Context.Paths)), _attempt.Machine.Programs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ContainersThatDockerDoesNotTellOf_AreLeftOnlyWithForce(bool force)
    {
        var list = Line(DockerQueries.Containers(_attempt.Context.Paths));
        (_attempt.Machine.Answers[list], _attempt.Machine.ExitCodes[list]) = ("permission denied", 1);

        var problem = await Record.ExceptionAsync(() => RunAsync(force));

        if (force)
            Assert.Contains(_attempt.Said, text => text.StartsWith("Its containers are left as they are: 'look at containers'", StringComparison.Ordinal));
        else
            Assert.EndsWith("then its containers are left as they are.", Assert.IsType<UserErrorException>(problem).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainersThatTakeTooLong_AreNotWaitedForForEver()
    {
        _attempt.GivenContainers(Old("c1", "web"));
        _attempt.Machine.Hanging.Add(Line(DockerCommands.StopAndRemove(["c1"], 60)));

        await RunAsync(force: false);

        Assert.Contains("Containers of web have not ended within 4 minutes, and are stopped.", _attempt.Said);
    }

    [Fact]
    public async Task ImagesThatSomebodyElseHasNamed_Stay()
    {
        _attempt.Machine.Answers[Line(DockerQueries.Images(_attempt.Context.Paths))] = "slipway/shop/web:20260131120000-k2\nslipway/shop/web:before-the-move\nslipway/shop/web:failed";
        var (component, stack, server) = (new DockerComponent(), _attempt.Context.Wanted, _attempt.Context.Wanted.Servers[0]);

        await component.RemoveAsync(new(stack, server, component.Plan(stack, server)!, _attempt.Context.Hosts(server), _attempt, _attempt.Context.Timeouts), withData: true, Cancel);

        Assert.Contains("docker image rm -- slipway/shop/web:20260131120000-k2 slipway/shop/web:failed", _attempt.Machine.Programs);
    }

    private async Task RunAsync(bool force)
    {
        foreach (var step in new TakeDown([_attempt.Context.Wanted.Servers[0].Uid], withData: true, force).Steps.Take(2))
            await step.RunAsync(_attempt.Context, Cancel);
    }
}
