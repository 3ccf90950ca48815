using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Host;
using Slipway.Engine.Stacks;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class HostLeaveTests
{
    private const string Start = "docker container run --detach";

    private static readonly ServiceDefinition Mounting = new() { Name = "web", HostMounts = [new("/srv/data", "/data", false)] };

    private static readonly ServiceDefinition Agent = new() { Name = "agent", UsesHostNetwork = true, Ports = [new(9100, 8080)], StopGrace = 7, PreStopSequence = [new(0, "USR2"), new(3, null)] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HostAccess.None)]
    [InlineData(HostAccess.Privileged | HostAccess.Namespaces)]
    public async Task ContainerThatNeedsALeave_IsNotStartedWithout_HoweverItWasMade(HostAccess leave)
    {
        var attempt = new Attempt([Mounting with { DeployCommand = ["true"] }]);
        var context = WithLeave(attempt, leave);

        foreach (Func<Task> start in new Func<Task>[]
        {
            () => StartContainers.RunAsync(context, Cancel), () => RunCommands.RunAsync(context, context.Docker.Services, Cancel),
            () => new OneOffCommand(context.Wanted.Servers[0], Mounting, ["true"]).Steps[0].RunAsync(context, Cancel),
        })
        {
            var problem = await Assert.ThrowsAsync<UserErrorException>(start);
            Assert.StartsWith("No container of web is started: by its definition it has folders of the server, which is not allowed for this stack. An owner of", problem.Message, StringComparison.Ordinal);
            Assert.Contains("docker.host.access: mounts.", problem.Message, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(attempt.Machine.Programs, program => program.StartsWith("docker container run", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/srv/data", null)]
    [InlineData("/etc", "leads through a symbolic link to /etc. Name a path without links")]
    public async Task FolderOfTheServer_IsWhereItSays(string leadsTo, string? says)
    {
        var attempt = new Attempt([Mounting]);
        attempt.Machine.Answers["readlink --canonicalize-existing -- /srv/data"] = leadsTo;

        var problem = await Record.ExceptionAsync(() => StartContainers.RunAsync(WithLeave(attempt, HostAccess.Mounts), Cancel));

        Assert.Equal(says is null, attempt.Machine.Programs.Exists(program => program.StartsWith(Start, StringComparison.Ordinal)));
        if (says is null)
            Assert.Null(problem);
        else
            Assert.Contains(says, Assert.IsType<UserErrorException>(problem).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerThatGoesOn_NeedsNoLeave()
    {
        var attempt = new Attempt([Mounting]);
        attempt.GivenContainers(Old("c1", "web") with { Release = "2" });
        await StartContainers.RunAsync(WithLeave(attempt, HostAccess.None) with { Change = ContainerChange.None }, Cancel);
        Assert.DoesNotContain(attempt.Machine.Programs, program => program.StartsWith(Start, StringComparison.Ordinal));
    }

    [Fact]
    public async Task InTheServersNetwork_TheEarlierContainerStopsFirst_AndIsStartedAgainAfterAFailure()
    {
        var attempt = new Attempt([Agent]);
        var old = Old("c1", "agent", "9100:8080") with { IsInHostNetwork = true };
        attempt.GivenContainers(old);
        var context = WithLeave(attempt, HostAccess.Namespaces);

        await StartContainers.RunAsync(context, Cancel);

        var programs = attempt.Machine.Programs;
        var at = programs.IndexOf("docker container stop --time 7 -- c1");
        Assert.Equal([Line(DockerCommands.SignalOnce(["c1"], 0, "USR2")), "sleep 3"], programs.GetRange(at - 2, 2));
        Assert.InRange(programs.FindIndex(program => program.StartsWith(Start, StringComparison.Ordinal)), at + 1, programs.Count);

        attempt.GivenContainers(old with { Status = "exited" });
        await Abandon.RunAsync(context, removeRelease: false, Cancel);
        Assert.Equal("docker container start -- c1", programs[^1]);
        Assert.Contains("server 127.0.0.1:9100 ", attempt.Machine.Files["/etc/nginx/conf.d/slipway-shop-upstream.conf"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task InTheServersNetwork_ThereIsPlaceForOne()
    {
        var attempt = new Attempt([Agent]);
        var context = WithLeave(attempt, HostAccess.Namespaces);
        var server = context.Wanted.Servers[0] with { ProcessCounts = new Dictionary<string, int> { ["agent"] = 2 } };
        var problem = await Assert.ThrowsAsync<UserErrorException>(
            () => StartContainers.RunAsync(context with { Wanted = context.Wanted with { Servers = [server] } }, Cancel));
        Assert.Contains("has place for one container of it", problem.Message, StringComparison.Ordinal);
        Assert.False(HostLeave.HasPlaceForOne(Agent with { Ports = [] }));
    }

    [Theory]
    [InlineData("", HostAccess.None, "")]
    [InlineData("namespaces, MOUNTS", HostAccess.Namespaces | HostAccess.Mounts, "mounts,namespaces")]
    [InlineData("mounts,privileged,namespaces", HostAccess.Mounts | HostAccess.Privileged | HostAccess.Namespaces, "mounts,privileged,namespaces")]
    [InlineData("all", null, null)]
    [InlineData("none", null, null)]
    [InlineData("1", null, null)]
    public void Leave_IsReadAsPeopleWriteIt(string text, HostAccess? access, string? shown)
    {
        Assert.Equal(access, HostAccessText.Parse(text));
        Assert.Equal(shown, access is { } read ? HostAccessText.Of(read) : null);
    }

    private static DeployContext WithLeave(Attempt attempt, HostAccess leave) =>
        attempt.Context with { Wanted = attempt.Context.Wanted with { HostAccess = leave } };
}
