using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Provisioning.Docker;
using Slipway.Engine.Remote;
using Slipway.Tests.Docker;

namespace Slipway.Tests.Deployments;

/// <summary>A server that takes longer for an answer than it is waited for has said neither yes nor no.</summary>
public sealed class SlowServerTests
{
    private readonly Attempt _attempt = new([new() { Name = "web" }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProcessThatCannotBeLookedAt_IsNotSaidToHaveEnded()
    {
        var wanted = _attempt.Context.Wanted;
        var context = _attempt.Context with { Wanted = wanted with { Framework = "rack", Servers = [wanted.Servers[0] with { Roles = ["web"] }] } };
        context.State.Plan = new() { Framework = "rack", Processes = new Dictionary<string, string> { ["worker"] = "ruby worker.rb" } };
        var unit = RunFiles.UnitNames(context, context.Wanted.Servers[0])[^1];
        _attempt.Machine.Hanging.Add(string.Join(' ', SystemdCommands.State(unit)));

        var problem = await Assert.ThrowsAsync<RemoteException>(() => CheckHealth.RunAsync(context, Cancel));

        Assert.Contains("did not end before its deadline", problem.Message, StringComparison.Ordinal);
    }

    // Where systemd holds Docker's socket, it is open while the engine restarts.
    [Fact]
    public async Task EngineThatSaysNothing_IsWaitedForLikeOneThatIsNotThere()
    {
        var look = string.Join(' ', DockerQueries.Containers(_attempt.Context.Paths));
        _attempt.Machine.Hanging.Add(look);

        await Assert.ThrowsAsync<RemoteException>(() => StackContainers.ListAsync(_attempt.Context, _attempt.Context.Hosts(_attempt.Context.Wanted.Servers[0]), Cancel));

        Assert.Equal(4, _attempt.Machine.Programs.Count(program => program == look));
    }

    [Fact]
    public async Task ContainersThatCannotBeListed_AreNotLeftBehind()
    {
        var (stack, component) = (_attempt.Context.Wanted, new DockerComponent());
        var server = stack.Servers[0];
        _attempt.Machine.Hanging.Add(string.Join(' ', DockerCommands.ListContainers(stack.Paths)));
        var run = new ComponentRun(stack, server, component.Plan(stack, server)!, _attempt.Context.Hosts(server), _attempt, _attempt.Context.Timeouts);

        await Assert.ThrowsAsync<RemoteException>(() => component.RemoveAsync(run, withData: true, Cancel));

        Assert.DoesNotContain(_attempt.Machine.Programs, program => program.Contains("network rm", StringComparison.Ordinal));
    }
}
