using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class StartContainersTests
{
    private const string RunOnce = "docker container run --rm ";
    private const string Start = "docker container run --detach ";

    private static readonly ServiceDefinition Database = new() { Name = "db" };

    private static readonly ServiceDefinition Web = new() { Name = "web", Requires = ["db"], BuildCommand = ["rake", "db:setup"], DeployCommand = ["rake", "db:migrate"] };

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
        Assert.Contains(attempt.Machine.Programs, program => program.StartsWith(Start, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "rake db:setup")]
    [InlineData(false, "rake db:migrate")]
    public async Task CommandOfADeployment_RunsOnce_WhenWhatItsServiceRequiresIsHealthy_AndBeforeItsContainers(bool isBuild, string command)
    {
        var attempt = new Attempt([Web, Database]);
        // Its own, as after a crash: so there is something whose health is asked.
        attempt.GivenContainers(New(new('c', 64), "db"));

        await StepOf(DockerDeploy.Steps).RunAsync(attempt.Context with { IsBuild = isBuild }, TestContext.Current.CancellationToken);

        var programs = attempt.Machine.Programs;
        var ran = programs.FindIndex(program => program.StartsWith(RunOnce, StringComparison.Ordinal));
        Assert.EndsWith($"slipway/shop/web:2 {command}", programs[ran], StringComparison.Ordinal);
        Assert.Single(programs, program => program.StartsWith(RunOnce, StringComparison.Ordinal));
        Assert.InRange(ran, programs.IndexOf("sleep 2") + 1, programs.FindIndex(program => program.StartsWith(Start, StringComparison.Ordinal)));
        Assert.Contains(attempt.Said, text => text.EndsWith("_command of web.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CommandThatFails_KeepsItsServiceFromStarting()
    {
        var attempt = new Attempt([Web, Database]);
        var command = Line(StackContainers.New(attempt.Context, Web, 0).RunOnce(Web.DeployCommand));
        attempt.Machine.ExitCodes[command] = 1;

        await Assert.ThrowsAsync<RemoteException>(() => StepOf(DockerDeploy.Steps).RunAsync(attempt.Context, TestContext.Current.CancellationToken));

        Assert.Contains("--name slipway-shop-db-new-1 ", Assert.Single(attempt.Machine.Programs, program => program.StartsWith(Start, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherWorkThanDeployments_RunsNoCommands()
    {
        foreach (var steps in new[] { DockerDeploy.RollbackSteps, DockerDeploy.RefreshSteps, DockerDeploy.ChangeSteps, DockerDeploy.RepairSteps })
        {
            var attempt = new Attempt([Web, Database]);
            await StepOf(steps).RunAsync(attempt.Context, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(attempt.Machine.Programs, program => program.StartsWith(RunOnce, StringComparison.Ordinal));
            Assert.Equal(2, attempt.Machine.Programs.Count(program => program.StartsWith(Start, StringComparison.Ordinal)));
        }
    }

    // Slipway was killed in the moment in which Docker makes the command's container.
    [Fact]
    public async Task RestOfACrash_IsRemoved_ButNotTheCommandThatGoesOn()
    {
        var attempt = new Attempt([Web, Database]);
        attempt.GivenContainers(New("c1", "web") with { Status = "created" }, New("c0", "web") with { Name = "slipway-shop-web-new-0", Status = "created" });

        // The machine goes on to tell of it, so it does not become healthy.
        await Assert.ThrowsAsync<UserErrorException>(() => StepOf(DockerDeploy.Steps).RunAsync(attempt.Context, TestContext.Current.CancellationToken));

        Assert.Equal([Line(DockerCommands.Remove(["c1"]))], attempt.Machine.Programs.Where(program => program.StartsWith("docker container rm ", StringComparison.Ordinal)));
    }

    private static Step<DeployContext> StepOf(IEnumerable<Step<DeployContext>> steps) => steps.Single(step => step.Name == "start new containers");
}
