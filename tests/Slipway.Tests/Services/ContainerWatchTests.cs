using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Tests.Docker.Names;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

public sealed class ContainerWatchTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();
    private ContainerWatch? _watch;
    private string _look = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task ContainerThatIsDownTwice_IsStartedAnew_Once()
    {
        var (owner, uid, machine) = await GivenContainerAsync();
        machine.Answers[_look] = Inspection("exited");

        await LookAsync();
        Assert.Equal(0, await RepairsAsync());
        await LookAsync();
        Assert.Equal(1, await RepairsAsync());
        Assert.Equal(StackHealth.Impaired, (await owner.Api.Stacks.GetAsync(uid, Cancel)).Health);
        await LookAsync();
        await LookAsync();
        Assert.Equal(1, await RepairsAsync());
    }

    [Fact]
    public async Task RepairThatFailed_IsNotTriedForEver()
    {
        var (_, _, machine) = await GivenContainerAsync();
        machine.Answers[_look] = Inspection("dead");
        await LookAsync();
        await LookAsync();
        await _app.ChangeAsync(async db =>
        {
            var action = await db.Actions.FirstAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel);
            (action.FinishedAt, action.IsSuccess) = (TimeProvider.System.GetUtcNow(), false);
        });
        await LookAsync();
        await LookAsync();
        Assert.Equal(1, await RepairsAsync());
    }

    [Theory]
    [InlineData("running")]
    [InlineData("restarting")]
    public async Task ContainerThatIsUp_IsLeftAlone(string status)
    {
        var (_, _, machine) = await GivenContainerAsync();
        machine.Answers[_look] = Inspection(status);
        await LookAsync();
        await LookAsync();
        Assert.Equal(0, await RepairsAsync());
    }

    [Theory]
    [InlineData(20001, 0)]
    [InlineData(20002, 1)]
    public async Task SiteOfAContainerThatIsGone_IsWrittenAnew(int port, int repairs)
    {
        var (_, uid, machine) = await GivenContainerAsync();
        machine.Answers[_look] = Inspection("running");
        var paths = new StackPaths((await _app.InDatabaseAsync(db => db.Stacks.SingleAsync(stack => stack.Uid == uid, Cancel))).Slug);
        machine.Files[paths.NginxUpstream] = ContainerSites.Upstreams(paths, [new("web", 80, [port])]);
        await LookAsync();
        await LookAsync();
        Assert.Equal(repairs, await RepairsAsync());
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(false, true, 1)]
    [InlineData(true, false, 0)]
    public async Task NamesThatSomebodyTookAway_ArePutRight(bool hasOther, bool isFlushed, int repairs)
    {
        var (owner, uid, machine) = await GivenContainerAsync();
        if (hasOther)
        {
            _app.Machines.Add("192.0.2.2");
            await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.2" }, Cancel);
            await _app.ChangeAsync(async db => await db.Actions.ForEachAsync(action => action.FinishedAt ??= TimeProvider.System.GetUtcNow(), Cancel));
        }
        machine.Answers[_look] =
            Inspection("running").Replace("\"HostConfig\":{", "\"HostConfig\":{\"ExtraHosts\":[\"web:198.18.0.7\"],", StringComparison.Ordinal);
        var slug = (await _app.InDatabaseAsync(db => db.Stacks.SingleAsync(stack => stack.Uid == uid, Cancel))).Slug;
        NameDriftTests.GivenNames(machine, isFlushed ? "" : $"{NameDriftTests.Redirect}\n{NameDriftTests.Reject}", slug);
        await LookAsync();
        await LookAsync();
        Assert.Equal(repairs, await RepairsAsync());
    }

    [Fact]
    public async Task MachineThatCannotBeReached_SaysNothing()
    {
        var (_, _, machine) = await GivenContainerAsync();
        machine.HostKey = "SHA256:" + new string('B', 43);
        await LookAsync();
        await LookAsync();
        Assert.Equal(0, await RepairsAsync());
    }

    [Theory]
    [InlineData("Cannot connect")]
    [InlineData("[{}]")]
    [InlineData("{}")]
    public async Task AnswerThatCannotBeRead_SaysNothing_AndNamesTheServerToWhoAsks(string answer)
    {
        var (owner, uid, machine) = await GivenContainerAsync();
        machine.Answers[_look] = machine.Answers[string.Join(' ', DockerQueries.Container(new('c', 64)))] = answer;
        await LookAsync();
        await LookAsync();
        Assert.Equal(0, await RepairsAsync());
        if (answer == "[{}]")
            return;
        var problem = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Containers.GetAsync(uid, new('c', 64), Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, problem.Status);
        Assert.Contains("192.0.2.1", problem.Message, StringComparison.Ordinal);
    }

    private async Task<(Person Owner, string Uid, FakeMachine Machine)> GivenContainerAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var machine = _app.Machines.Add("192.0.2.1");
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, stack.Uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, stack.Uid));
        var server = await owner.Api.Servers.AddAsync(stack.Uid, new() { Address = "192.0.2.1" }, Cancel);
        var deployment = await owner.Api.Deployments.RedeployAsync(stack.Uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, deployment.DeploymentId, DeploymentOutcome.Success, isLive: true));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, server.Uid));
        _look = string.Join(' ', DockerQueries.Containers(new(stack.DeployDirectory.Split('/')[^1])));
        return (owner, stack.Uid, machine);
    }

    private Task LookAsync() => (_watch ??= ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services)).LookAsync(Cancel);

    private Task<int> RepairsAsync() => _app.InDatabaseAsync(db => db.Actions.CountAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));

    private static string Inspection(string status) =>
        """[{"Id":"UID","State":{"Status":"STATUS","ExitCode":137},"Config":{"Labels":{"slipway.run":"1"}},"HostConfig":{"RestartPolicy":{"Name":"unless-stopped"},"PortBindings":{"3000/tcp":[{"HostPort":"20001"}]}},"NetworkSettings":{}}]"""
            .Replace("UID", new string('c', 64), StringComparison.Ordinal).Replace("STATUS", status, StringComparison.Ordinal);
}
