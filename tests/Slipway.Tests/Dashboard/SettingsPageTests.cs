using System.Net;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

public sealed class SettingsPageTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Setting_IsSaved_OrItsRefusalIsShown()
    {
        var (owner, uid, visitor, page) = await GivenPageAsync();
        await visitor.SendAsync(page, ("_handler", "set-git-branch"), ("value", "release"));
        Assert.Equal((HttpStatusCode.Redirect, "release"), (visitor.Status, (string?)(await owner.Api.Settings.GetAsync(uid, "git.branch", Cancel)).Value));
        await visitor.OpenAsync(page);
        await visitor.SendAsync(page, ("_handler", "set-allowed-web-source"), ("value", "nowhere <b>"));
        Assert.Contains("role=\"alert\"", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"nowhere &lt;b&gt;\"", visitor.Html, StringComparison.Ordinal);
        await visitor.SendAsync(page, ("_handler", "rename"), ("value", "Corner store"));
        Assert.Equal("Corner store", (await owner.Api.Stacks.GetAsync(uid, Cancel)).Name);
    }

    [Fact]
    public async Task Hook_IsShown_Renewed_AndItsSecretNever()
    {
        var (owner, uid, visitor, page) = await GivenPageAsync();
        var before = (await owner.Api.Hooks.GetAsync(uid, Cancel)).Url!;
        Assert.Contains(before, visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync(page, ("_handler", "hook-secret"), ("Secret", "correct horse"));
        Assert.DoesNotContain("correct horse", (await visitor.OpenAsync(page)).Html, StringComparison.Ordinal);
        Assert.True((await owner.Api.Hooks.GetAsync(uid, Cancel)).HasSecret);
        await visitor.SendAsync(page, ("_handler", "renew-hook"));
        Assert.NotEqual(before, (await owner.Api.Hooks.GetAsync(uid, Cancel)).Url);
    }

    [Theory]
    [InlineData("maintenance-on", "maintenance_mode")]
    [InlineData("restart", "restart")]
    [InlineData("clear-caches", "clear_caches")]
    public async Task Operation_IsQueued_AndItsPageFollows(string button, string action)
    {
        var (owner, uid, visitor, page) = await GivenPageAsync();
        await visitor.SendAsync(page, ("_handler", button));
        var made = (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response[0];
        Assert.Equal((action, "web"), (made.Action, made.StartedVia));
        Assert.EndsWith($"/actions/{made.Id}", visitor.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_IsDeletedOnlyWhenItsNameIsTyped()
    {
        var (owner, uid, visitor, page) = await GivenPageAsync();
        await visitor.SendAsync(page, ("_handler", "delete-stack"), ("typed", "my app"));
        Assert.Contains("Nothing was deleted", visitor.Text, StringComparison.Ordinal);
        Assert.Single((await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response);
        await visitor.SendAsync(page, ("_handler", "delete-stack"), ("typed", "My app"), ("data", "true"));
        Assert.EndsWith("/stacks", visitor.Location, StringComparison.Ordinal);
        Assert.Equal("stack_delete", (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response[0].Action);
    }

    [Fact]
    public async Task ExternalDatabase_IsEntered_WithoutItsPasswordComingBack()
    {
        var (owner, uid, visitor, page) = await GivenPageAsync();
        (string, string)[] Fields(string address) =>
            [("_handler", "add-database"), ("Form.Kind", "mysql"), ("Form.Address", address), ("Form.Password", "t0ps3cret"), ("Form.Port", "")];
        await visitor.SendAsync(page, Fields("not a host"));
        Assert.Contains("address must be", visitor.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ps3cret", visitor.Html, StringComparison.Ordinal);
        await visitor.SendAsync(page, Fields("db.example.com"));
        Assert.Equal(3306, Assert.Single((await owner.Api.Databases.ListAsync(uid, Cancel)).Response).Port);
    }

    [Fact]
    public async Task Server_IsRenamed()
    {
        var (owner, uid, visitor, _) = await GivenPageAsync();
        _app.Machines.Add("192.0.2.1");
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Name = "Lion" }, Cancel);
        await visitor.OpenAsync($"/stacks/{uid}/servers");
        await visitor.SendAsync($"/stacks/{uid}/servers", ("_handler", $"name-{server.Uid}"), ("name", "Tiger"));
        Assert.Equal("Tiger", (await owner.Api.Servers.GetAsync(uid, server.Uid, Cancel)).Name);
    }

    private async Task<(Person Owner, string Uid, Visitor Visitor, string Page)> GivenPageAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var visitor = await new Visitor(_app).SignInAsync(owner.Email);
        await visitor.OpenAsync($"/stacks/{uid}/settings");
        return (owner, uid, visitor, $"/stacks/{uid}/settings");
    }
}
