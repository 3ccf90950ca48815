using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Stacks;
using Slipway.Tests.Support;

namespace Slipway.Tests.Dashboard;

public sealed class PagesTests
{
    private const string Email = "owner@example.com";

    [Theory]
    [InlineData("/stacks", "My app")]
    [InlineData("/stacks/new", "Where is the code?")]
    [InlineData("/stacks/{uid}", "Latest deployments")]
    [InlineData("/stacks/{uid}/deploy", "Deploy My app")]
    [InlineData("/stacks/{uid}/deployments", "Nothing was deployed yet.")]
    [InlineData("/stacks/{uid}/environment", "Add a variable")]
    [InlineData("/stacks/{uid}/servers", "Add a server")]
    [InlineData("/stacks/{uid}/activity", "Analysis")]
    [InlineData("/stacks/{uid}/processes", "ruby worker.rb")]
    [InlineData("/stacks/{uid}/settings", "Redeployment hook")]
    [InlineData("/stacks/{uid}/setup/analysis", "My app is ready for a server")]
    [InlineData("/stacks/{uid}/setup/servers", "Add your first server")]
    [InlineData("/stacks/{uid}/setup/deploy", "Ready to go")]
    [InlineData("/tokens", "Personal access tokens")]
    [InlineData("/authorized-applications", "They may use Slipway as you")]
    [InlineData("/applications", "Register an application")]
    [InlineData("/profile", "Profile and security")]
    [InlineData("/devices", "Your devices")]
    [InlineData("/account", "A further account")]
    [InlineData("/people", "Invite somebody")]
    [InlineData("/people/1", "Place in My account")]
    [InlineData("/audit", "stack My app")]
    public async Task Page_ShowsItself_WithHeadersThatProtectIt(string path, string expected)
    {
        await using var app = new SlipwayApp();
        var (visitor, stack) = await GivenStackAsync(app);

        await visitor.OpenAsync(path.Replace("{uid}", stack.Uid, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, visitor.Status);
        Assert.Contains(expected, visitor.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", string.Join(' ', visitor.Answer!.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(["nosniff"], visitor.Answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.DoesNotContain("<style", visitor.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", visitor.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<script(?![^>]* src=)", visitor.Html);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/deployments")]
    [InlineData("/environment")]
    [InlineData("/servers")]
    [InlineData("/activity")]
    [InlineData("/processes")]
    [InlineData("/settings")]
    [InlineData("/actions/1")]
    [InlineData("/actions/1/log.txt")]
    [InlineData("/setup/analysis")]
    public async Task PageOfAStrangersStack_IsNotThere(string page)
    {
        await using var app = new SlipwayApp();
        var (_, stack) = await GivenStackAsync(app);
        await app.GivenStrangerAsync();
        var stranger = await new Visitor(app).SignInAsync("stranger@example.com");

        await stranger.OpenAsync($"/stacks/{stack.Uid}{page}");

        Assert.Equal(HttpStatusCode.NotFound, stranger.Status);
        Assert.Contains("Nothing here", stranger.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewStack_IsMade_AndShowsWhatTheApiRefuses()
    {
        await using var app = new SlipwayApp();
        var (visitor, _) = await GivenStackAsync(app);
        await visitor.OpenAsync("/stacks/new");
        (string, string)[] Fields(string git, string name) =>
            [("_handler", "new-stack"), ("Form.Git", git), ("Form.Name", name), ("Form.Environment", "staging")];

        await visitor.SendAsync("/stacks/new", Fields("file:///etc/passwd", "a \"quoted\" <b>name</b>"));
        Assert.Contains("role=\"alert\"", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"a &quot;quoted&quot; &lt;b&gt;name&lt;/b&gt;\"", visitor.Html, StringComparison.Ordinal);

        await visitor.SendAsync("/stacks/new", Fields("https://git.example.com/owner/lighthouse.git/", ""));
        Assert.EndsWith("/setup/analysis", visitor.Location, StringComparison.Ordinal);
        Assert.Contains("lighthouse", (await visitor.OpenAsync("/stacks")).Text, StringComparison.Ordinal);
        Assert.Contains("staging", visitor.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_ShowsAValueOnlyWhenAsked()
    {
        await using var app = new SlipwayApp();
        var (visitor, stack) = await GivenStackAsync(app);
        var page = $"/stacks/{stack.Uid}/environment";
        const string Secret = "line one\r\n\"two\" $(three) <four>";
        await visitor.OpenAsync(page);

        await visitor.SendAsync(page, ("_handler", "add-variable"), ("Added.Key", "API_KEY"), ("Added.Value", Secret));
        Assert.Equal(HttpStatusCode.Redirect, visitor.Status);

        Assert.Contains("API_KEY", (await visitor.OpenAsync(page)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("$(three)", visitor.Html, StringComparison.Ordinal);
        await visitor.OpenAsync($"{page}?reveal=API_KEY");
        Assert.Contains("line one\n\"two\" $(three) <four>", WebUtility.HtmlDecode(visitor.Html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_IsShownOnce_AndRevoked()
    {
        await using var app = new SlipwayApp();
        var (visitor, _) = await GivenStackAsync(app);
        await visitor.OpenAsync("/tokens");

        await visitor.SendAsync("/tokens", ("_handler", "new-token"), ("Name", "CI"), ("scopes", "public"), ("scopes", "redeploy"));
        var token = Regex.Match(visitor.Html, "id=\"token\">([0-9a-f]{64})<").Groups[1].Value;
        var tokens = await new SlipwayClient(app.Http(token)).Tokens.ListAsync(1, TestContext.Current.CancellationToken);
        var made = tokens.Response.Single(row => row.Name == "CI");
        Assert.Equal("public redeploy", made.Scopes);
        Assert.DoesNotContain(token, (await visitor.OpenAsync("/tokens")).Html, StringComparison.Ordinal);

        await visitor.SendAsync("/tokens", ("_handler", $"revoke-{made.Id}"));
        Assert.DoesNotContain("revoke-" + made.Id, (await visitor.OpenAsync("/tokens")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerForm_ShowsTheHostKeyFirst_AndNeverAPastedKey()
    {
        await using var app = new SlipwayApp();
        app.Machines.Add("203.0.113.7", letsAllIn: false);
        var (visitor, stack) = await GivenStackAsync(app);
        var page = $"/stacks/{stack.Uid}/setup/servers";

        await visitor.OpenAsync($"{page}?address=203.0.113.7&port=22");
        Assert.Contains("SHA256:" + new string('A', 43), visitor.Text, StringComparison.Ordinal);

        const string Pasted = "-----BEGIN OPENSSH PRIVATE KEY-----";
        await visitor.SendAsync(page, ("_handler", "add-server"), ("Form.Address", "203.0.113.7"), ("Form.Port", "22"),
            ("Form.HostKey", "SHA256:" + new string('A', 43)), ("Form.UserName", "deploy"), ("Form.Key", "pasted"), ("Form.PrivateKey", Pasted), ("roles", "web"));
        Assert.Equal(HttpStatusCode.OK, visitor.Status);
        Assert.Contains("role=\"alert\"", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"deploy\"", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(Pasted, visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_IsTextWithoutColours()
    {
        await using var app = new SlipwayApp();
        var (visitor, stack) = await GivenStackAsync(app);
        var actionId = await app.InDatabaseAsync(async db =>
        {
            var action = await db.Actions.FirstAsync(TestContext.Current.CancellationToken);
            Given.Line(db, action.Id, "\u001b[32mgreen\u001b[0m <script>", action.CreatedAt);
            Given.Step(db, action.Id, 1, "failed");
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            return action.Id;
        });

        Assert.Contains("Lion green <script>\n", (await visitor.OpenAsync($"/stacks/{stack.Uid}/actions/{actionId}/log.txt")).Html, StringComparison.Ordinal);
        await visitor.OpenAsync($"/stacks/{stack.Uid}/actions/{actionId}");
        Assert.Contains("step 1", visitor.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", visitor.Html, StringComparison.Ordinal);
    }

    private static async Task<(Visitor Visitor, Stack Stack)> GivenStackAsync(SlipwayApp app)
    {
        var owner = await app.GivenOwnerAsync(Email);
        var stack = await owner.GivenStackAsync();
        await app.ChangeAsync(db => Given.AnalysisAsync(db, stack.Uid));
        return (await new Visitor(app).SignInAsync(Email), stack);
    }
}
