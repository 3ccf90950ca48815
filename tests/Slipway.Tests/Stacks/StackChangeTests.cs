using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Tests.Support;

namespace Slipway.Tests.Stacks;

public sealed class StackChangeTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Rename_ChangesNames_NotDirectories()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync("Shop")).Uid;
        await owner.GivenStackAsync("Other");
        var renamed = await owner.Api.Stacks.RenameAsync(uid, "Corner store", Cancel);
        Assert.Equal(("Corner store", "corner-store.slipway.internal", "/var/deploy/shop"), (renamed.Name, renamed.Fqdn, renamed.DeployDirectory));
        Assert.Equal("stack-set: stack.name", (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response[0].Action);
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Stacks.RenameAsync(uid, "Other", Cancel));
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Stacks.RenameAsync(uid, " ", Cancel));
        // The host name of a renamed stack is free for another one, its slug is not.
        var next = await owner.GivenStackAsync("Shop");
        Assert.Equal("shop.slipway.internal", next.Fqdn);
        Assert.NotEqual("/var/deploy/shop", next.DeployDirectory);
    }

    [Fact]
    public async Task Delete_TakesTheStackOffItsServers_AndLeavesNoRow()
    {
        var owner = await _app.GivenOwnerAsync();
        var (uid, other) = ((await owner.GivenStackAsync("Shop")).Uid, (await owner.GivenStackAsync("Blog")).Uid);
        var shared = _app.Machines.Add("192.0.2.1");
        _app.Machines.Add("192.0.2.2");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web", "redis"] }, Cancel);
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.2", Roles = ["web"] }, Cancel);
        await owner.Api.Servers.AddAsync(other, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        await owner.Api.Environments.AddAsync(uid, "A", "1", Cancel);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);

        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/3/stacks/{uid}.json");
        using var answer = await owner.Http.SendAsync(request, Cancel);
        Assert.Contains("delete_data=1", Assert.Single(answer.Headers.GetValues("X-Cloud66-Warning")), StringComparison.Ordinal);
        await _app.WorkAsync(uid);

        Assert.Equal(HttpStatusCode.NotFound, (await owner.SendAsync(HttpMethod.Get, $"/api/3/stacks/{uid}")).Status);
        Assert.Contains("systemctl stop -- slipway-shop-*@*.service", shared.Programs);
        Assert.Contains("systemctl stop -- redis-server@shop.servic[e]", shared.Programs);
        Assert.Contains("/etc/redis/redis-shop.conf", shared.Removed);
        Assert.DoesNotContain("/var/lib/redis/shop", shared.Removed);
        Assert.DoesNotContain(shared.Removed, path => path.Contains("blog", StringComparison.Ordinal));
        Assert.Equal((1, 1, 1), await _app.InDatabaseAsync(async db => (
            await db.Servers.CountAsync(Cancel), await db.Machines.CountAsync(Cancel), await db.Actions.CountAsync(Cancel))));
        Assert.Equal(0, await _app.InDatabaseAsync(async db => await db.StackDatabases.CountAsync(Cancel) + await db.Deployments.CountAsync(Cancel)
            + await db.EnvironmentVariables.CountAsync(Cancel) + await db.LogLines.CountAsync(Cancel) + await db.JournalSteps.CountAsync(Cancel)));
    }

    [Fact]
    public async Task Delete_WithData_RemovesThemToo()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync("Shop")).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web", "redis"] }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        await owner.Api.Stacks.DeleteAsync(uid, new(DeleteData: true), Cancel);
        await _app.WorkAsync(uid);
        Assert.Contains("/var/lib/redis/shop", machine.Removed);
        Assert.Contains("/var/deploy/shop", machine.Removed);
        Assert.Contains("userdel -- sw-shop", machine.Programs);
    }

    [Fact]
    public async Task Delete_OfAStackWhoseServerIsGone_NeedsForce()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync("Shop")).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        machine.HostKey = "SHA256:" + new string('C', 43);
        var action = await owner.Api.Stacks.DeleteAsync(uid, new(), Cancel);
        await _app.WorkAsync(uid);
        var failed = await owner.Api.Actions.GetAsync(uid, action.Id, Cancel);
        Assert.Equal(false, failed.FinishedSuccess);
        Assert.Contains("force=1", failed.FinishedMessage, StringComparison.Ordinal);
        await owner.Api.Stacks.DeleteAsync(uid, new(Force: true), Cancel);
        await _app.WorkAsync(uid);
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Stacks.GetAsync(uid, Cancel));
    }

    private static async Task AssertStatusAsync(HttpStatusCode status, Func<Task> act) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);
}
