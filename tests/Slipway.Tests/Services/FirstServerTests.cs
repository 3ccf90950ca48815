using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

/// <summary>Docker stacks that nobody scaled, when the server that has everything leaves.</summary>
public sealed class FirstServerTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();
    private readonly List<string> _servers = [];
    private Person _owner = null!;
    private StackPaths _paths = null!;
    private string _uid = "";
    private string _release = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task ServicesOfTheServerThatLeaves_AreStartedOnTheNext()
    {
        await GivenStackAsync("192.0.2.1", "192.0.2.2");

        await RemoveFirstAsync();

        var repair = await _app.InDatabaseAsync(db => db.Actions.SingleAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));
        Assert.Equal(("slipway", null), (repair.UserEmail, repair.Message));
        foreach (var service in new[] { "web", "worker" })
            Assert.Contains(_app.Machines.Of("192.0.2.2").Programs, program => program.StartsWith("docker ", StringComparison.Ordinal) && program.Contains($" {_paths.Image(service, _release)}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StackWithoutItsContainers_IsNotCalledHealthy_AndIsMended()
    {
        await GivenStackAsync("192.0.2.1", "192.0.2.2");
        await RemoveFirstAsync();
        await _app.InDatabaseAsync(db => db.Actions.Where(action => action.Kind == ContainerWatch.RepairKind).ExecuteDeleteAsync(Cancel));

        var watch = ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services);
        await watch.LookAsync(Cancel);
        await watch.LookAsync(Cancel);

        Assert.Equal(StackHealth.Impaired, (await _owner.Api.Stacks.GetAsync(_uid, Cancel)).Health);
        Assert.Equal(1, await _app.InDatabaseAsync(db => db.Actions.CountAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel)));
    }

    [Fact]
    public async Task StackWithoutServers_IsNotCalledHealthy()
    {
        await GivenStackAsync("192.0.2.1");
        await RemoveFirstAsync();
        Assert.Equal(StackHealth.Impaired, (await _owner.Api.Stacks.GetAsync(_uid, Cancel)).Health);
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.Actions.CountAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel)));
    }

    private async Task RemoveFirstAsync()
    {
        var removal = await _owner.Api.Servers.RemoveAsync(_uid, _servers[0], cancellationToken: Cancel);
        await _app.WorkAsync(_uid);
        Assert.Null((await _owner.Api.Actions.GetAsync(_uid, removal.Id, Cancel)).FinishedMessage);
    }

    private async Task GivenStackAsync(params string[] addresses)
    {
        _owner = await _app.GivenOwnerAsync();
        var stack = await _owner.GivenStackAsync();
        (_uid, _paths) = (stack.Uid, new(stack.DeployDirectory.Split('/')[^1]));
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, _uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, _uid));
        foreach (var address in addresses)
        {
            _app.Machines.Add(address).Files[DockerConfig.Path] = "{}";
            _servers.Add((await _owner.Api.Servers.AddAsync(_uid, new() { Address = address }, Cancel)).Uid);
        }
        var deployment = await _owner.Api.Deployments.RedeployAsync(_uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, deployment.DeploymentId));
        _release = await _app.InDatabaseAsync(db => db.Deployments.Where(row => row.Id == deployment.DeploymentId).Select(row => row.Release).SingleAsync(Cancel));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, _servers[0]));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, _servers[0], "worker", 'd'));
        await _app.ChangeAsync(async db =>
        {
            await Given.FinishActionsAsync(db);
            (await db.Stacks.SingleAsync(row => row.Uid == _uid, Cancel)).Health = StackHealth.Healthy;
        });
        foreach (var address in addresses)
            _app.Machines.Of(address).Answers[string.Join(' ', DockerQueries.Images(_paths))] = $"{_paths.Image("web", _release)}\n{_paths.Image("worker", _release)}";
    }
}
