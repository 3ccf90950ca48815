using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

/// <summary>Changes of containers while one of the stack's two servers does not answer.</summary>
public sealed class AbsentServerTests : IAsyncDisposable
{
    private static readonly string Here = new('c', 64);
    private static readonly string There = new('d', 64);
    private static readonly string New = new('e', 64);

    private readonly SlipwayApp _app = new();
    private readonly List<string> _servers = [];
    private Person _owner = null!;
    private StackPaths _paths = null!;
    private string _uid = "";
    private string _release = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task ChangeOfTheServerThatAnswers_IsMade()
    {
        await GivenStackAsync();
        GivenAbsent(true);

        var scale = await WorkAsync(await _owner.Api.Services.ScaleAsync(_uid, "worker", new Dictionary<string, int> { [_servers[0]] = 0 }, Cancel));

        Assert.True(scale.FinishedSuccess, scale.FinishedMessage);
        Assert.Contains(string.Join(' ', NginxCommands.Reload), _app.Machines.Of("192.0.2.1").Programs);
        Assert.Equal([Here, There], await ContainersAsync());
        Assert.Contains(await SaidAsync(scale.Id), text => text.StartsWith("Passed over: 192.0.2.2 shows SHA256:another", StringComparison.Ordinal));
        Assert.Equal(StackHealth.Healthy, (await _owner.Api.Stacks.GetAsync(_uid, Cancel)).Health);
    }

    [Fact]
    public async Task ServerWhoseEngineIsDown_IsPassedOver_AndGetsItsNumberWhenItIsUp()
    {
        await GivenStackAsync();
        var list = string.Join(' ', DockerQueries.Containers(_paths));
        _app.Machines.Of("192.0.2.2").Outages[list] = int.MaxValue;

        var scale = await WorkAsync(await _owner.Api.Services.ScaleAsync(_uid, "web", new Dictionary<string, int> { [_servers[0]] = 1, [_servers[1]] = 3 }, Cancel));

        Assert.False(scale.FinishedSuccess);
        Assert.StartsWith("Step 'look what is left to do' failed: Done on the servers that answer; the rest is not.", scale.FinishedMessage, StringComparison.Ordinal);
        Assert.Contains(" does not answer: Cannot connect to the Docker daemon", scale.FinishedMessage, StringComparison.Ordinal);
        Assert.Equal([Here, There], await ContainersAsync());
        var watch = ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services);
        foreach (var outages in new[] { int.MaxValue, 0 })
        {
            Assert.Equal(0, await RepairsAsync());
            _app.Machines.Of("192.0.2.2").Outages[list] = outages;
            await watch.LookAsync(Cancel);
            await watch.LookAsync(Cancel);
        }
        Assert.Equal(1, await RepairsAsync());
    }

    [Fact]
    public async Task EngineThatIsDownEverywhere_IsTold_AndNothingIsChanged()
    {
        await GivenStackAsync();
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2" })
            _app.Machines.Of(address).Outages[string.Join(' ', DockerQueries.Containers(_paths))] = int.MaxValue;

        var scale = await WorkAsync(await _owner.Api.Services.ScaleAsync(_uid, "web", new Dictionary<string, int> { [_servers[0]] = 3 }, Cancel));

        Assert.EndsWith(
            "Nothing was changed. Numbers of containers that were asked for are kept, and Slipway brings them about when the server answers again.", scale.FinishedMessage, StringComparison.Ordinal);
        Assert.Contains(" does not answer: Cannot connect to the Docker daemon", scale.FinishedMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatWasNotDeployedToYet_IsPassedOver()
    {
        await GivenStackAsync();
        _app.Machines.Of("192.0.2.2").Files.Remove(DockerConfig.Path);

        var scale = await WorkAsync(await _owner.Api.Services.ScaleAsync(_uid, "worker", new Dictionary<string, int> { [_servers[0]] = 0 }, Cancel));

        Assert.True(scale.FinishedSuccess, scale.FinishedMessage);
        Assert.Contains(await SaidAsync(scale.Id), text => text.EndsWith("has no Docker yet: deploy the stack, which prepares its new servers.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Repair_MendsWhatAnswers_AndTheStackIsNotCalledHealthy()
    {
        await GivenStackAsync();
        GivenAbsent(true);
        var watch = ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services);
        DockerContainer.Give(_app.Machines.Of("192.0.2.1"), _paths, new DockerContainer(Here) { Release = _release, Status = "exited" });
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);

        var repair = await _app.InDatabaseAsync(db => db.Actions.SingleAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));
        // It has come so far before Slipway was killed; that Docker makes containers is tested with Docker.
        var run = $"{repair.CreatedAt.UtcDateTime:yyyyMMddHHmmss}-action{repair.Id}";
        DockerContainer.Give(
            _app.Machines.Of("192.0.2.1"), _paths, new DockerContainer(Here) { Release = _release, Status = "exited" },
            new DockerContainer(New) { Release = _release, Run = run, Name = $"slipway-{_paths.Slug}-web-{run}-1", IsPinned = false, Port = 20002 });
        await _app.WorkAsync(_uid);

        repair = await _app.InDatabaseAsync(db => db.Actions.SingleAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));
        Assert.True(repair.IsSuccess, repair.Message);
        Assert.Contains("server 127.0.0.1:20002 ", _app.Machines.Of("192.0.2.1").Files[_paths.NginxUpstream], StringComparison.Ordinal);
        Assert.Equal([There, New], await ContainersAsync());
        Assert.Equal(StackHealth.Impaired, (await _owner.Api.Stacks.GetAsync(_uid, Cancel)).Health);
    }

    [Fact]
    public async Task NumberForTheServerThatDoesNotAnswer_IsNotCalledDone_AndComesAboutWhenItIsBack()
    {
        await GivenStackAsync();
        GivenAbsent(true);

        var scale = await WorkAsync(await _owner.Api.Services.ScaleAsync(_uid, "web", new Dictionary<string, int> { [_servers[1]] = 3 }, Cancel));

        Assert.False(scale.FinishedSuccess);
        var name = (await _owner.Api.Servers.GetAsync(_uid, _servers[1], cancellationToken: Cancel)).Name;
        Assert.Contains(
            $"Done on the servers that answer; the rest is not.\n{name} is to have 3 of web and has 1. Slipway brings that about when the server is there.\n192.0.2.2 shows",
            scale.FinishedMessage, StringComparison.Ordinal);
        Assert.Equal([Here, There], await ContainersAsync());
        var watch = ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services);
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);
        Assert.Equal(0, await RepairsAsync());

        GivenAbsent(false);
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);
        Assert.Equal(1, await RepairsAsync());
    }

    [Fact]
    public async Task NumberThatWasNotReached_IsNotBroughtAboutBehindAnybodysBack()
    {
        await GivenStackAsync();
        var scale = await _owner.Api.Services.ScaleAsync(_uid, "web", new Dictionary<string, int> { [_servers[1]] = 3 }, Cancel);
        await _app.ChangeAsync(async db =>
        {
            var action = await db.Actions.SingleAsync(action => action.Id == scale.Id, Cancel);
            (action.FinishedAt, action.IsSuccess, action.State) = (action.CreatedAt, false, "{}");
        });
        var watch = ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services);
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);
        Assert.Equal(0, await RepairsAsync());
    }

    [Fact]
    public async Task RestartOfWhatDoesNotAnswer_IsToldUndone()
    {
        await GivenStackAsync();
        GivenAbsent(true);
        var restart = await WorkAsync(await _owner.Api.Actions.RestartContainerAsync(_uid, There, Cancel));
        Assert.False(restart.FinishedSuccess);
        Assert.Contains("runs as before, if it does. Ask for it again when the server answers again.", restart.FinishedMessage, StringComparison.Ordinal);
    }

    private async Task GivenStackAsync()
    {
        _owner = await _app.GivenOwnerAsync();
        var stack = await _owner.GivenStackAsync();
        (_uid, _paths) = (stack.Uid, new(stack.DeployDirectory.Split('/')[^1]));
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, _uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, _uid));
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2" })
        {
            _app.Machines.Add(address).Files[DockerConfig.Path] = "{}";
            _servers.Add((await _owner.Api.Servers.AddAsync(_uid, new() { Address = address }, Cancel)).Uid);
        }
        var deployment = await _owner.Api.Deployments.RedeployAsync(_uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, deployment.DeploymentId));
        _release = await _app.InDatabaseAsync(db => db.Deployments.Where(row => row.Id == deployment.DeploymentId).Select(row => row.Release).SingleAsync(Cancel));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, _servers[0]));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, _servers[1], uid: 'd'));
        await _app.ChangeAsync(async db =>
        {
            await Given.FinishActionsAsync(db);
            (await db.Stacks.SingleAsync(row => row.Uid == _uid, Cancel)).Health = StackHealth.Healthy;
            foreach (var server in await db.Servers.Include(row => row.ProcessCounts).Where(row => _servers.Contains(row.Uid)).ToListAsync(Cancel))
            {
                server.SetCount("web", 1);
                server.SetCount("worker", 0);
            }
        });
        foreach (var (address, id) in new[] { ("192.0.2.1", Here), ("192.0.2.2", There) })
        {
            var machine = _app.Machines.Of(address);
            machine.Answers[string.Join(' ', DockerQueries.Images(_paths))] = $"{_paths.Image("web", _release)}\n{_paths.Image("worker", _release)}";
            machine.Files[_paths.NginxUpstream] = ContainerSites.Upstreams(_paths, [new("web", 80, [20001])]);
            DockerContainer.Give(machine, _paths, new DockerContainer(id) { Release = _release });
        }
    }

    private void GivenAbsent(bool isAbsent) => _app.Machines.Of("192.0.2.2").HostKey = isAbsent ? "SHA256:another" : "SHA256:" + new string('A', 43);

    private async Task<StackAction> WorkAsync(StackAction action)
    {
        await _app.WorkAsync(_uid);
        return await _owner.Api.Actions.GetAsync(_uid, action.Id, Cancel);
    }

    private Task<List<string>> ContainersAsync() => _app.InDatabaseAsync(db => db.Containers.OrderBy(row => row.Uid).Select(row => row.Uid).ToListAsync(Cancel));

    private Task<List<string>> SaidAsync(int actionId) =>
        _app.InDatabaseAsync(db => db.LogLines.Where(line => line.ActionId == actionId).Select(line => line.Text).ToListAsync(Cancel));

    private Task<int> RepairsAsync() => _app.InDatabaseAsync(db => db.Actions.CountAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));
}
