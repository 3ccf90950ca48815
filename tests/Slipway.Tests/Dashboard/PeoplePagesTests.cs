using System.Net;
using Slipway.Server.Setup;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

public sealed class PeoplePagesTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Invitation_IsShownOnce_AndWithdrawn()
    {
        var (_, visitor) = await GivenOwnerAsync();
        await visitor.OpenAsync("/people");
        await visitor.SendAsync("/people", ("_handler", "invite"), ("Form.Email", "not an address"), ("Form.Level", "20"));
        Assert.Contains("email must be a mail address", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/people", ("_handler", "invite"), ("Form.Email", "new@example.com"), ("Form.Level", "20"), ("Form.CanCreateStack", "true"));
        Assert.Contains("http://127.0.0.1:6600/invitation?token=", visitor.Html, StringComparison.Ordinal);
        await visitor.OpenAsync("/people");
        Assert.Contains("new@example.com", visitor.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("invitation?token=", visitor.Html, StringComparison.Ordinal);
        await visitor.SendAsync("/people", ("_handler", "withdraw-1"));
        Assert.DoesNotContain("new@example.com", (await visitor.OpenAsync("/people")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_IsChanged_GivenALevel_Locked_AndTakenOut()
    {
        var (owner, visitor) = await GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var page = $"/people/{member.Id}";
        await visitor.OpenAsync(page);
        await visitor.SendAsync(page, ("_handler", "change-member"), ("Form.Role", "member"), ("Form.Level", "30"), ("Form.CanCreateStack", "true"));
        await visitor.OpenAsync(page);
        await visitor.SendAsync(page, ("_handler", "set-level"), ("Right.Stack", stack.Uid), ("Right.Level", "60"));
        var user = await owner.Api.Users.GetAsync(member.Id, Cancel);
        var place = Assert.Single(user.Accounts);
        Assert.Equal((30, true, false), (place.DefaultPermissionLevel, place.CanCreateStack, place.CanAdminUsers));
        Assert.Equal(60, Assert.Single(user.AccessRights).AccessLevel.Code);

        await visitor.OpenAsync(page);
        await visitor.SendAsync(page, ("_handler", "lock"));
        Assert.Contains("Locked", (await visitor.OpenAsync(page)).Text, StringComparison.Ordinal);
        await visitor.SendAsync(page, ("_handler", "remove"));
        Assert.Equal("/people", new Uri(new("http://localhost"), visitor.Location).AbsolutePath);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.OpenAsync(page)).Status);
    }

    [Fact]
    public async Task Account_IsMade_AndSwitchedTo_InThisBrowserOnly()
    {
        var (owner, visitor) = await GivenOwnerAsync();
        await owner.GivenStackAsync();
        await visitor.OpenAsync("/account");
        await visitor.SendAsync("/account", ("_handler", "new-account"), ("Further", "Second"));
        await visitor.OpenAsync("/stacks");
        Assert.Contains("My app", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/session/account", ("account", "2"));
        await visitor.OpenAsync("/stacks");
        Assert.DoesNotContain("My app", visitor.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Second</h1>", (await visitor.OpenAsync("/account")).Html, StringComparison.Ordinal);
        await visitor.SendAsync("/session/account", ("account", "99"));
        Assert.Contains("My app", (await visitor.OpenAsync("/stacks")).Text, StringComparison.Ordinal);
        Assert.Contains("My app", (await (await new Visitor(_app).SignInAsync(owner.Email)).OpenAsync("/stacks")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trail_IsFiltered_AndDownloaded()
    {
        var (owner, visitor) = await GivenOwnerAsync();
        await owner.GivenStackAsync("<b>Bold</b>");
        await visitor.OpenAsync("/audit?what=stack");
        Assert.Contains("stack <b>Bold</b>", visitor.Text, StringComparison.Ordinal);
        Assert.Contains("POST /stacks", visitor.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Bold", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("Nothing fits.", (await visitor.OpenAsync("/audit?since=2999-01-01&until=nonsense")).Text, StringComparison.Ordinal);
        await visitor.OpenAsync("/audit/export.csv?what=stack");
        Assert.Equal("text/csv", visitor.Answer!.Content.Headers.ContentType?.MediaType);
        Assert.Equal(2, visitor.Html.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.OpenAsync("/audit/export.xls")).Status);
    }

    [Fact]
    public async Task SuspendedAccount_SaysWhy_OnEveryPage()
    {
        var (_, visitor) = await GivenOwnerAsync();
        await ServerCommands.InvokeAsync(_app.Services, ["account", "suspend", "1", "--reason", "The bill is open."], TextWriter.Null);
        _app.ForgetPeople();
        foreach (var page in new[] { "/stacks", "/account", "/people", "/audit" })
            Assert.Equal(2, (await visitor.OpenAsync(page)).Text.Split("The bill is open.").Length);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await visitor.OpenAsync("/stacks")).Status);
        Assert.Contains("href=\"/account\"", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Invite somebody", (await visitor.OpenAsync("/people")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_SeesNoMoreThanTheApiTells()
    {
        await GivenOwnerAsync();
        await _app.GivenMemberAsync(AccessLevel.Admin);
        var visitor = await new Visitor(_app).SignInAsync("member@example.com");
        Assert.DoesNotContain("owner@example.com", (await visitor.OpenAsync("/people")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.OpenAsync("/people/1")).Status);
        Assert.Contains("You may not manage the people", (await visitor.OpenAsync("/audit")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.OpenAsync("/audit/export.csv")).Status);
    }

    private async Task<(Person Owner, Visitor Visitor)> GivenOwnerAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        return (owner, await new Visitor(_app).SignInAsync(owner.Email));
    }
}
