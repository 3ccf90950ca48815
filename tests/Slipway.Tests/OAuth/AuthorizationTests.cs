using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Applications;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.OAuth;

/// <summary>From the application's request to the code.</summary>
public sealed class AuthorizationTests : IAsyncDisposable
{
    private const string Email = "owner@example.com";

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Consent_NamesTheApplication_AndWhatEachScopeAllows()
    {
        var (person, client) = await GivenAsync();

        await person.OpenAsync(client.AuthorizeUrl());

        Assert.Equal(HttpStatusCode.OK, person.Status);
        Assert.Contains("“Harbour bot”", person.Text, StringComparison.Ordinal);
        Assert.Contains("Deploy, cancel and roll back.", person.Text, StringComparison.Ordinal);
        Assert.Contains("app.example.com", person.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Everything else", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allow_SendsTheCodeAndTheState_ToTheRedirectAddress()
    {
        var (person, client) = await GivenAsync();

        await client.AskAsync(person);

        Assert.Equal(HttpStatusCode.Redirect, person.Status);
        Assert.StartsWith(OAuthClient.Callback, person.Location, StringComparison.Ordinal);
        var answer = OAuthClient.Answer(person);
        Assert.Equal(("slipway", "some state"), (answer["from"], answer["state"]));
        Assert.Matches(@"^\S{40,60}$", answer["code"]);
    }

    [Fact]
    public async Task Refuse_IsAccessDenied()
    {
        var (person, client) = await GivenAsync();

        await client.AskAsync(person, "refuse");

        var answer = OAuthClient.Answer(person);
        Assert.Equal(("access_denied", "some state"), (answer["error"], answer["state"]));
        Assert.False(answer.ContainsKey("code"));
    }

    [Fact]
    public async Task Consent_IsRemembered_ForTheApplicationAndItsScopes()
    {
        var (person, client) = await GivenAsync();
        await client.AskAsync(person);

        await person.OpenAsync(client.AuthorizeUrl(("scope", "redeploy")));
        Assert.True(OAuthClient.Answer(person).ContainsKey("code"));

        await person.OpenAsync(client.AuthorizeUrl(("scope", "redeploy admin")));
        Assert.Equal(HttpStatusCode.OK, person.Status);
        Assert.Contains("Everything else", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consent_WithAnEnd_IsAskedForAgain()
    {
        var (person, client) = await GivenAsync();
        await client.AskAsync(person, days: 7);

        await person.OpenAsync(client.AuthorizeUrl());

        Assert.Equal(HttpStatusCode.OK, person.Status);
    }

    [Theory]
    [InlineData(0, """{"scopes":"redeploy","days":null}""")]
    [InlineData(7, """{"scopes":"redeploy","days":7}""")]
    public async Task Consent_IsAudited_BeforeAnyTokenComesOfIt(int days, string details)
    {
        var (person, client) = await GivenAsync();
        await client.AskAsync(person, days: days, changes: ("scope", "redeploy"));

        var entry = await _app.InDatabaseAsync(db => db.AuditEntries.SingleAsync(row => row.SubjectType == "consent", Cancel));
        Assert.Equal(("Harbour bot", "POST /oauth/authorize", "web"), (entry.Subject, entry.Operation, entry.Via));
        Assert.Contains(details, entry.Changes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_SignsIn_AndComesBackToTheSameRequest()
    {
        var (_, client) = await GivenAsync();
        var stranger = await new Visitor(_app).OpenAsync(client.AuthorizeUrl());
        var back = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(stranger.Location!.Split('?', 2)[1])["return"].ToString();
        Assert.StartsWith("/sign-in?", stranger.Location, StringComparison.Ordinal);

        await stranger.SignInAsync(Email, goTo: back);
        Assert.Equal(HttpStatusCode.OK, stranger.Status);
        Assert.Contains($"content=\"0;url={WebUtility.HtmlEncode(back)}\"", stranger.Html, StringComparison.Ordinal);

        await stranger.OpenAsync(back);
        Assert.Contains("“Harbour bot”", stranger.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state", null)]
    [InlineData("response_type", null)]
    [InlineData("response_type", "code")]
    [InlineData("scope", "public+redeploy")]
    [InlineData("scope", "public,redeploy")]
    [InlineData("scope", " redeploy  public,+redeploy")]
    [InlineData("scope", null)]
    public async Task Request_MayBeWritten_AsOldClientsDo(string name, string? value)
    {
        var (person, client) = await GivenAsync();

        await client.AskAsync(person, changes: (name, value));

        Assert.True(OAuthClient.Answer(person).ContainsKey("code"));
        Assert.Equal(name != "state", OAuthClient.Answer(person).ContainsKey("state"));
    }

    [Fact]
    public async Task RedirectUrl_IsAnotherNameForRedirectUri_WhichWins()
    {
        var (person, client) = await GivenAsync();

        await client.AskAsync(person, changes: [("redirect_uri", null), ("redirect_url", OAuthClient.Callback)]);
        Assert.StartsWith(OAuthClient.Callback, person.Location, StringComparison.Ordinal);

        await client.AskAsync(person, changes: [("redirect_uri", OAuthClient.Callback), ("redirect_url", "https://evil.example/")]);
        Assert.StartsWith(OAuthClient.Callback, person.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://app.example.com/callback")]
    [InlineData("https://app.example.com/callback?from=slipway&more=1")]
    [InlineData("https://app.example.com/callback?from=slipway#fragment")]
    [InlineData("https://APP.example.com/callback?from=slipway")]
    [InlineData("https://app.example.com/callback/?from=slipway")]
    [InlineData("https://app.example.com/callback/../callback?from=slipway")]
    [InlineData("https://app.example.com@evil.example/callback?from=slipway")]
    [InlineData("https://app.example.com:8443/callback?from=slipway")]
    [InlineData("http://app.example.com/callback?from=slipway")]
    [InlineData("//app.example.com/callback?from=slipway")]
    [InlineData("javascript:alert(1)")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob")]
    public async Task RedirectAddress_ThatIsNotTheRegisteredOne_IsNeverFollowed(string address)
    {
        var (person, client) = await GivenAsync();

        await person.OpenAsync(client.AuthorizeUrl(("redirect_uri", address)));

        Assert.Equal(HttpStatusCode.BadRequest, person.Status);
        Assert.Null(person.Location);
        Assert.DoesNotContain("decision", person.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("public root")]
    [InlineData("Public")]
    [InlineData("openid")]
    [InlineData("pub\u0000lic")]
    [InlineData("<script>alert(1)</script>")]
    public async Task UnknownScope_IsToldToTheApplication(string scope)
    {
        var (person, client) = await GivenAsync();

        await person.OpenAsync(client.AuthorizeUrl(("scope", scope)));

        Assert.StartsWith(OAuthClient.Callback, person.Location, StringComparison.Ordinal);
        var answer = OAuthClient.Answer(person);
        Assert.Equal(("invalid_scope", "some state"), (answer["error"], answer["state"]));
    }

    [Theory]
    [InlineData("client_id", "unknown")]
    [InlineData("client_id", null)]
    [InlineData("scope", "offline_access")]
    [InlineData("response_type", "token")]
    [InlineData("response_mode", "form_post")]
    [InlineData("response_mode", "fragment")]
    [InlineData("code_challenge_method", "S256")]
    public async Task Nonsense_IsAPageForThePerson(string name, string? value)
    {
        var (person, client) = await GivenAsync();

        await person.OpenAsync(client.AuthorizeUrl((name, value)));

        Assert.Equal(HttpStatusCode.BadRequest, person.Status);
        Assert.Null(person.Location);
        Assert.Contains("The application asked in a way", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutOfBand_ShowsTheCode_OrThatItWasRefused()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner, "cx", Application.OutOfBand);
        var person = await new Visitor(_app).SignInAsync(Email);

        await client.AskAsync(person, "refuse", 0, ("redirect_uri", Application.OutOfBand));
        Assert.Equal(HttpStatusCode.BadRequest, person.Status);
        Assert.Contains("The person refused.", person.Text, StringComparison.Ordinal);

        await client.AskAsync(person, changes: ("redirect_uri", Application.OutOfBand));
        Assert.Equal(HttpStatusCode.OK, person.Status);
        Assert.Matches("""<output class="code-line" id="code">[A-Za-z0-9_-]{40,60}</output>""", person.Html);
        Assert.Contains("""data-copy="code""", person.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_OfAPageElsewhere_DoesNotCount()
    {
        var (person, client) = await GivenAsync();
        var url = client.AuthorizeUrl();

        await person.OpenAsync(url + "&decision=allow");
        Assert.Equal((HttpStatusCode.BadRequest, null), (person.Status, person.Location));

        var fields = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Split('?')[1]).Select(pair => (pair.Key, pair.Value.ToString()));
        await person.SendBareAsync("/oauth/authorize", [.. fields, ("decision", "allow")]);
        Assert.Equal((HttpStatusCode.BadRequest, null), (person.Status, person.Location));

        await person.SendBareAsync("/oauth/authorize", [.. fields]);
        Assert.Contains("“Harbour bot”", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_IsBoundToWhoSawThePage()
    {
        var (person, client) = await GivenAsync();
        await _app.GivenStrangerAsync();
        var stranger = await new Visitor(_app).SignInAsync("stranger@example.com");
        await person.OpenAsync(client.AuthorizeUrl());
        await stranger.OpenAsync(client.AuthorizeUrl());

        await stranger.SendWithHiddenOfAsync(person, "/oauth/authorize", ("decision", "allow"));

        Assert.Equal((HttpStatusCode.BadRequest, null), (stranger.Status, stranger.Location));
    }

    [Fact]
    public async Task Consent_CannotBeFramed_AndLetsItsFormLeadToTheApplicationOnly()
    {
        var (person, client) = await GivenAsync();

        await person.OpenAsync(client.AuthorizeUrl());

        var policy = person.Answer!.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https://app.example.com:443", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", person.Answer.Headers.GetValues("X-Frame-Options").Single());
    }

    [Fact]
    public async Task Name_OfTheApplication_IsTextOnly()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner, "<b onclick=x>\"bold\"</b>");
        var person = await new Visitor(_app).SignInAsync(Email);

        await person.OpenAsync(client.AuthorizeUrl(("state", "\"><script>alert(1)</script>")));

        Assert.DoesNotContain("<b onclick", person.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", person.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuthorizedApplications_HaveTheirOldAddress()
    {
        var (person, _) = await GivenAsync();
        await person.OpenAsync("/oauth/authorized_applications");
        Assert.Equal("/authorized-applications", person.Location);
    }

    private async Task<(Visitor Person, OAuthClient Client)> GivenAsync()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        return (await new Visitor(_app).SignInAsync(Email), await OAuthClient.RegisterAsync(_app, owner));
    }
}
