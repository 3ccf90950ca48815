using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Applications;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Dashboard;
using Slipway.Tests.OAuth;
using Slipway.Tests.Support;

namespace Slipway.Tests.Applications;

public sealed class ApplicationTests : IAsyncDisposable
{
    private const string Email = "owner@example.com";

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Register_ShowsTheSecretOnce_AndStoresOnlyAHash()
    {
        var owner = await _app.GivenOwnerAsync(Email);

        var made = await owner.Api.Applications.RegisterAsync(new("Harbour bot", [OAuthClient.Callback, Application.OutOfBand]), Cancel);

        Assert.Matches("^[0-9a-f]{64}$", made.ClientId);
        Assert.Matches("^[0-9a-f]{64}$", made.ClientSecret);
        var listed = Assert.Single((await owner.Api.Applications.ListAsync(1, Cancel)).Response);
        Assert.Equal(("Harbour bot", made.ClientId), (listed.Name, listed.ClientId));
        Assert.Equal([OAuthClient.Callback, Application.OutOfBand], listed.RedirectUris);
        var stored = await _app.InDatabaseAsync(db => db.Applications.SingleAsync(Cancel));
        Assert.DoesNotContain(made.ClientSecret, stored.ClientSecret, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,hello")]
    [InlineData("https://user@app.example.com/")]
    [InlineData("https://app.example.com/#part")]
    [InlineData("https:app.example.com")]
    [InlineData("https://app.example.com/ x")]
    [InlineData("https://app.example.com\\@evil.example/")]
    [InlineData("/relative")]
    [InlineData("myapp:/callback")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob:auto")]
    [InlineData("")]
    public async Task Register_RefusesAddresses_ThatLeadNowhereGood(string address)
    {
        var owner = await _app.GivenOwnerAsync(Email);
        await AssertRefusedAsync(HttpStatusCode.BadRequest, () => owner.Api.Applications.RegisterAsync(new("App", [address]), Cancel));
        Assert.Empty((await owner.Api.Applications.ListAsync(1, Cancel)).Response);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/done")]
    [InlineData("com.example.app:/done")]
    [InlineData(Application.OutOfBand)]
    public async Task Register_TakesProgramsOnPeoplesComputers(string address)
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner, "App", address);
        var person = await new Visitor(_app).SignInAsync(Email);
        await person.OpenAsync(client.AuthorizeUrl(("redirect_uri", address)));
        Assert.Contains("Allow “App”", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChosenIdAndSecret_AreForAdministratorsOfTheFirstAccount()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var stranger = await _app.GivenStrangerAsync();
        var known = new RegisterApplication("cx", [Application.OutOfBand], new('a', 64), new('b', 64));

        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => stranger.Api.Applications.RegisterAsync(known, Cancel));
        await AssertRefusedAsync(HttpStatusCode.BadRequest, () => owner.Api.Applications.RegisterAsync(known with { ClientId = "short" }, Cancel));
        await AssertRefusedAsync(HttpStatusCode.BadRequest, () => owner.Api.Applications.RegisterAsync(known with { ClientSecret = new('B', 64) }, Cancel));
        var made = await owner.Api.Applications.RegisterAsync(known, Cancel);
        Assert.Equal((known.ClientId, known.ClientSecret), (made.ClientId, made.ClientSecret));
        await AssertRefusedAsync(HttpStatusCode.Conflict, () => owner.Api.Applications.RegisterAsync(known, Cancel));

        var client = new OAuthClient(_app, made);
        var person = await new Visitor(_app).SignInAsync(Email);
        await client.AskAsync(person, changes: ("redirect_uri", Application.OutOfBand));
        Assert.Contains("Take this code to the application", person.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_WithoutTheRight_AreForbidden_AndStrangersSeeNothing()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var made = await owner.Api.Applications.RegisterAsync(new("App", [OAuthClient.Callback]), Cancel);
        var member = await _app.GivenMemberAsync(AccessLevel.Delete);
        var administrator = await _app.GivenMemberAsync(AccessLevel.Admin, "admin@example.com");
        var stranger = await _app.GivenStrangerAsync();

        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => member.Api.Applications.ListAsync(1, Cancel));
        Assert.Single((await administrator.Api.Applications.ListAsync(1, Cancel)).Response);
        Assert.Empty((await stranger.Api.Applications.ListAsync(1, Cancel)).Response);
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => stranger.Api.Applications.GetAsync(made.Id, Cancel));
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => stranger.Api.Applications.ChangeAsync(made.Id, new("Mine"), Cancel));
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => stranger.Api.Applications.RenewSecretAsync(made.Id, Cancel));
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => stranger.Api.Applications.DeleteAsync(made.Id, Cancel));
    }

    [Fact]
    public async Task Change_HoldsForTheNextRequest_AndKeepsWhatIsLeftOut()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var person = await new Visitor(_app).SignInAsync(Email);

        var changed = await owner.Api.Applications.ChangeAsync(client.Registration.Id, new(RedirectUris: ["https://new.example.com/"]), Cancel);

        Assert.Equal(("Harbour bot", "https://new.example.com/"), (changed.Name, Assert.Single(changed.RedirectUris)));
        await person.OpenAsync(client.AuthorizeUrl());
        Assert.Equal(HttpStatusCode.BadRequest, person.Status);
        await person.OpenAsync(client.AuthorizeUrl(("redirect_uri", "https://new.example.com/")));
        Assert.Equal(HttpStatusCode.OK, person.Status);
    }

    [Fact]
    public async Task NewSecret_EndsTheOldOne_AndKeepsTheTokens()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var person = await new Visitor(_app).SignInAsync(Email);
        var token = await client.GetTokenAsync(person);

        var renewed = new OAuthClient(_app, await owner.Api.Applications.RenewSecretAsync(client.Registration.Id, Cancel));

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.RedeemAsync(await client.GetCodeAsync(person))).Status);
        Assert.Equal(HttpStatusCode.OK, (await renewed.RedeemAsync(await renewed.GetCodeAsync(person))).Status);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
    }

    [Fact]
    public async Task Delete_RevokesItsTokens_AtOnce()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var person = await new Visitor(_app).SignInAsync(Email);
        var token = await client.GetTokenAsync(person);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));

        await owner.Api.Applications.DeleteAsync(client.Registration.Id, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(token));
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.Authorizations.CountAsync(Cancel)));
    }

    [Fact]
    public async Task AuthorizedApplications_ShowWhatIsGranted_AndTakeItBack()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var person = await new Visitor(_app).SignInAsync(Email);
        var tokens = new[] { await client.GetTokenAsync(person), await client.GetTokenAsync(person, ("scope", "admin")) };
        var pending = await client.GetCodeAsync(person);
        var stranger = await _app.GivenStrangerAsync();

        var listed = Assert.Single((await owner.Api.AuthorizedApplications.ListAsync(1, Cancel)).Response);
        Assert.Equal(("Harbour bot", "public redeploy admin", 2), (listed.Name, listed.Scopes, listed.Tokens));
        Assert.Empty((await stranger.Api.AuthorizedApplications.ListAsync(1, Cancel)).Response);
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => stranger.Api.AuthorizedApplications.RevokeAsync(listed.Id, Cancel));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(tokens[0]));

        await owner.Api.AuthorizedApplications.RevokeAsync(listed.Id, Cancel);

        Assert.Empty((await owner.Api.AuthorizedApplications.ListAsync(1, Cancel)).Response);
        foreach (var token in tokens)
            Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(token));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.RedeemAsync(pending)).Status);
        await person.OpenAsync(client.AuthorizeUrl());
        Assert.Equal(HttpStatusCode.OK, person.Status);
    }

    [Fact]
    public async Task Tokens_OfApplications_AreKeptAwayFromWhatWouldOutliveThem()
    {
        var owner = await _app.GivenOwnerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, owner);
        var token = await client.GetTokenAsync(await new Visitor(_app).SignInAsync(Email), ("scope", "public redeploy jobs users admin"));
        var program = new Person(_app, owner.Id, Email, token);

        Assert.NotEmpty((await program.Api.Accounts.ListAsync(1, Cancel)).Response);
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.Tokens.ListAsync(1, Cancel));
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.Tokens.CreateAsync("outlives", "admin", Cancel));
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.Applications.ListAsync(1, Cancel));
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.AuthorizedApplications.ListAsync(1, Cancel));
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.Accounts.CreateAsync("Second", Cancel));
        await AssertRefusedAsync(HttpStatusCode.Forbidden, () => program.Api.Accounts.TransferAsync(1, owner.Id, Cancel));
        using var invitation = new StringContent("""{"email":"friend@example.com"}""");
        Assert.Equal(HttpStatusCode.Forbidden, (await program.SendAsync(HttpMethod.Post, "/api/3/accounts/1/invitations", invitation)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.SendAsync(HttpMethod.Put, $"/api/3/users/{owner.Id}/lock")).Status);
        Assert.DoesNotContain((await owner.Api.Tokens.ListAsync(1, Cancel)).Response, personal => personal.Name == "Harbour bot");
    }

    private static async Task AssertRefusedAsync(HttpStatusCode status, Func<Task> act) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);

    private async Task<HttpStatusCode> UseAsync(string token)
    {
        using var http = _app.Http(token);
        using var answer = await http.GetAsync("/api/3/stacks.json", Cancel);
        return answer.StatusCode;
    }
}
