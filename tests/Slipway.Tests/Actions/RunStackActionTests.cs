using System.Net;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Actions;

public sealed class RunStackActionTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("""{"command":"clear_caches"}""", "clear_caches")]
    [InlineData("""{"command":"restart"}""", "restart")]
    [InlineData("""{"command":"maintenance_mode","value":1}""", "maintenance_mode")]
    [InlineData("""{"command":"maintenance_mode","value":"0"}""", "maintenance_mode")]
    [InlineData("""{"command":"maintenance_mode","value":true}""", "maintenance_mode")]
    [InlineData("""{"command":"maintenance_mode","value":"false"}""", "maintenance_mode")]
    public async Task Command_IsQueued_AndAnsweredAsTheBlueprintSays(string json, string action)
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        using var content = new StringContent(json);
        var (status, body) = await owner.SendAsync(HttpMethod.Post, $"/api/3/stacks/{stack.Uid}/actions.json", content);
        Assert.Equal(HttpStatusCode.OK, status);
        var reply = body["response"]!.AsObject();
        Assert.Equal(
            ["id", "user", "resource_type", "action", "resource_id", "started_via", "started_at", "finished_at", "finished_success", "finished_message", "queue_position"],
            reply.Select(pair => pair.Key));
        Assert.Equal((action, "stack", "api", owner.Email), ((string?)reply["action"], (string?)reply["resource_type"], (string?)reply["started_via"], (string?)reply["user"]));
        Assert.Null(reply["finished_at"]);
        Assert.Equal(action, (await owner.Api.Actions.ListAsync(stack.Uid, 1, Cancel)).Response[0].Action);
    }

    [Fact]
    public async Task ActionThatWaits_IsCancelled_WithoutHavingBegun()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await _app.ChangeAsync(Given.FinishActionsAsync);
        var action = await owner.Api.Actions.ClearCachesAsync(stack.Uid, Cancel);
        var viewer = await _app.GivenMemberAsync(AccessLevel.View);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SendAsync(HttpMethod.Delete, $"/api/3/stacks/{stack.Uid}/actions/{action.Id}.json")).Status);

        Assert.Equal("Cancelling action", (await owner.Api.Actions.CancelAsync(stack.Uid, action.Id, Cancel)).Message);
        var end = await owner.Api.Actions.GetAsync(stack.Uid, action.Id, Cancel);
        Assert.Equal((false, $"Cancelled by {owner.Email} before it began"), (end.FinishedSuccess, end.FinishedMessage));
        Assert.Empty((await owner.Api.Actions.ListStepsAsync(stack.Uid, action.Id, Cancel)).Response);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.SendAsync(HttpMethod.Delete, $"/api/3/stacks/{stack.Uid}/actions/{action.Id}.json")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.SendAsync(HttpMethod.Delete, $"/api/3/stacks/{stack.Uid}/actions/999.json")).Status);
    }

    [Theory]
    [InlineData("command=reboot", "clear_caches, maintenance_mode, restart, check_servers, service_restart or container_restart")]
    [InlineData("", "command is missing")]
    [InlineData("command=maintenance_mode", "value is missing")]
    [InlineData("command=maintenance_mode&value=maybe", "value must be")]
    [InlineData("command=service_restart", "service_name is missing")]
    [InlineData("command=service_restart&service_name=web&server_uid=x", "no Docker stack")]
    [InlineData("command=container_restart&container=abc", "no Docker stack")]
    [InlineData("command=container_restart", "container_id is missing")]
    [InlineData("command=promote_slave_db&server=lion&server_group=mysql", "lion has no replica")]
    [InlineData("command=resync_slave_db&server_uid=lion&db_type=", "lion has no replica")]
    public async Task Command_ThatCannotBeDone_IsRefused_AndNothingIsQueued(string form, string says)
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        using var content = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        var (status, body) = await owner.SendAsync(HttpMethod.Post, $"/api/3/stacks/{stack.Uid}/actions", content);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, (string?)body["details"], StringComparison.Ordinal);
        Assert.Single((await owner.Api.Actions.ListAsync(stack.Uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task Maintenance_OfAStackThatWasNeverDeployed_IsRemembered()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(Given.FinishActionsAsync);
        await owner.Api.Actions.SetMaintenanceAsync(uid, isOn: true, Cancel);
        await _app.WorkAsync(uid);
        var stack = await owner.Api.Stacks.GetAsync(uid, Cancel);
        Assert.Equal((true, "maintenance"), (stack.MaintenanceMode, stack.CloudStatus));
        await owner.Api.Actions.SetMaintenanceAsync(uid, isOn: false, Cancel);
        await _app.WorkAsync(uid);
        Assert.False((await owner.Api.Stacks.GetAsync(uid, Cancel)).MaintenanceMode);
    }

    [Fact]
    public async Task ClearCaches_RemovesTheCopiesOfAllWebServers()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        var action = await owner.Api.Actions.ClearCachesAsync(uid, Cancel);
        await _app.WorkAsync(uid);
        var ended = await owner.Api.Actions.GetAsync(uid, action.Id, Cancel);
        Assert.True(ended.FinishedSuccess, ended.FinishedMessage);
        Assert.Equal(["/var/deploy/my_app/web_head/shared/cached-copy"], machine.Removed);
    }
}
