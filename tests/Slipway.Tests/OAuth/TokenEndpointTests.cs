using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.OAuth;
using Slipway.Server.Platform.Auth;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.OAuth;

/// <summary>From the code to the token, and what the token is.</summary>
public sealed class TokenEndpointTests : IAsyncDisposable
{
    private const string Email = "owner@example.com";
    private const string Verifier = "a verifier of forty-three characters or more-";

    private readonly SlipwayApp _app = new();
    private Person? _owner;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Challenge => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Code_GivesAnOpaqueToken_ThatTheApiKnows()
    {
        var (person, client) = await GivenAsync();

        var (status, body) = await client.RedeemAsync(await client.GetCodeAsync(person), ("grant_type", "authorization_code"));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["access_token", "scope", "token_type"], body.AsObject().Select(pair => pair.Key).Order());
        Assert.Equal(("bearer", "public redeploy"), ((string?)body["token_type"], (string?)body["scope"]));
        var token = (string)body["access_token"]!;
        Assert.Matches("^[0-9a-f]{64}$", token);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
        var stored = await _app.InDatabaseAsync(db => db.AccessTokens.FirstAsync(row => row.Hash == OpaqueToken.Hash(token), Cancel));
        Assert.Equal(("public redeploy", client.Registration.Id, null), (stored.Scopes, stored.ApplicationId, stored.ExpiresAt));
    }

    [Theory]
    [InlineData(true, null, "application/json")]
    [InlineData(false, "*/*", "application/json")]
    [InlineData(false, "application/json, application/x-www-form-urlencoded;q=0.5", "application/json")]
    [InlineData(true, "application/x-www-form-urlencoded", "application/x-www-form-urlencoded")]
    [InlineData(false, "application/json;q=0.5, application/x-www-form-urlencoded", "application/x-www-form-urlencoded")]
    public async Task Reply_IsJson_UnlessAFormIsPreferred(bool basic, string? accept, string type)
    {
        var (person, client) = await GivenAsync();
        var code = await client.GetCodeAsync(person);

        using var response = await client.SendAsync("/oauth/token", basic, accept, ("code", code), ("redirect_uri", OAuthClient.Callback));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith(type, response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        var token = type == "application/json" ? (string?)JsonNode.Parse(text)!["access_token"] : QueryHelpers.ParseQuery(text)["access_token"].ToString();
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token!));
        Assert.DoesNotContain("&amp;", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_url", OAuthClient.Callback)]
    [InlineData("scope", "public redeploy")]
    public async Task Request_MayBeWritten_AsOldClientsDo(string name, string? value)
    {
        var (person, client) = await GivenAsync();
        var code = await client.GetCodeAsync(person);
        var (status, _) = await client.RedeemAsync(code, ("redirect_uri", null), (name, value));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task ReusedCode_RevokesWhatItGave_AndNothingElse()
    {
        var (person, client) = await GivenAsync();
        var other = await client.GetTokenAsync(person);
        var code = await client.GetCodeAsync(person);
        var token = (string)(await client.RedeemAsync(code)).Body["access_token"]!;
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));

        var (status, body) = await client.RedeemAsync(code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (status, (string?)body["error"]));
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(token));
        Assert.Equal(HttpStatusCode.OK, await UseAsync(other));
        Assert.Equal("invalid_grant", (string?)(await client.RedeemAsync(code)).Body["error"]);
    }

    [Fact]
    public async Task RacingCode_GivesAtMostOneToken_AndLeavesNone()
    {
        var (person, client) = await GivenAsync();
        var code = await client.GetCodeAsync(person);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.RedeemAsync(code)));

        Assert.True(replies.Count(reply => reply.Status == HttpStatusCode.OK) <= 1);
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.AccessTokens.CountAsync(token => token.ApplicationId != null, Cancel)));
    }

    [Fact]
    public async Task Code_IsOfNoUse_ToAnotherApplication()
    {
        var (person, client) = await GivenAsync();
        var thief = await OAuthClient.RegisterAsync(_app, _owner!, "Thief");
        var code = await client.GetCodeAsync(person);

        Assert.Equal("invalid_grant", (string?)(await thief.RedeemAsync(code)).Body["error"]);

        var token = (string)(await client.RedeemAsync(code)).Body["access_token"]!;
        await thief.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
    }

    [Theory]
    [InlineData("client_secret", "wrong", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("client_secret", null, HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("client_id", "unknown", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("redirect_uri", "https://evil.example/", HttpStatusCode.BadRequest, "invalid_grant")]
    [InlineData("code", "invented", HttpStatusCode.BadRequest, "invalid_grant")]
    [InlineData("grant_type", "password", HttpStatusCode.BadRequest, "unsupported_grant_type")]
    [InlineData("grant_type", "client_credentials", HttpStatusCode.BadRequest, "unsupported_grant_type")]
    [InlineData("grant_type", "refresh_token", HttpStatusCode.BadRequest, "unsupported_grant_type")]
    [InlineData("code_verifier", Verifier, HttpStatusCode.BadRequest, null)]
    public async Task WrongRequest_IsRefusedInJson_AndKeepsTheCode(string name, string? value, HttpStatusCode expected, string? error)
    {
        var (person, client) = await GivenAsync();
        var code = await client.GetCodeAsync(person);

        var (status, body) = await client.RedeemAsync(code, (name, value));

        Assert.Equal(expected, status);
        Assert.Equal(error ?? (string?)body["error"], (string?)body["error"]);
        Assert.False(body.AsObject().ContainsKey("error_uri"));
        Assert.Equal(HttpStatusCode.OK, (await client.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task Code_EndsAfterFiveMinutes()
    {
        var (person, client) = await GivenAsync();
        var code = await client.GetCodeAsync(person);
        await _app.ChangeAsync(db => db.AuthorizationCodes.ExecuteUpdateAsync(
            row => row.SetProperty(one => one.ExpirationDate, one => one.CreationDate!.Value.AddSeconds(-1)), Cancel));

        var (status, body) = await client.RedeemAsync(code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (status, (string?)body["error"]));
    }

    [Fact]
    public async Task Challenge_DemandsItsVerifier()
    {
        var (person, client) = await GivenAsync();
        (string, string?)[] challenge = [("code_challenge", Challenge), ("code_challenge_method", "S256")];

        Assert.Equal(HttpStatusCode.BadRequest, (await client.RedeemAsync(await client.GetCodeAsync(person, challenge))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.RedeemAsync(await client.GetCodeAsync(person, challenge), ("code_verifier", Challenge))).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.RedeemAsync(await client.GetCodeAsync(person, challenge), ("code_verifier", Verifier))).Status);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData(null)]
    public async Task Challenge_InPlainText_IsRefused(string? method)
    {
        var (person, client) = await GivenAsync();
        await person.OpenAsync(client.AuthorizeUrl(("code_challenge", Verifier), ("code_challenge_method", method)));
        Assert.Equal((HttpStatusCode.BadRequest, null), (person.Status, person.Location));
    }

    [Fact]
    public async Task Lifetime_IsWhatThePersonChose()
    {
        var (person, client) = await GivenAsync();
        await client.AskAsync(person, days: 7);

        var (_, body) = await client.RedeemAsync(OAuthClient.Answer(person)["code"]);

        Assert.InRange((int)body["expires_in"]!, 7 * 86400 - 60, 7 * 86400);
        var token = (string)body["access_token"]!;
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
        await _app.ChangeAsync(db => db.AccessTokens.Where(row => row.Hash == OpaqueToken.Hash(token)).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.ExpiresAt, one => one.CreatedAt), Cancel));
        _app.Services.GetRequiredService<Identities>().ForgetAll();
        Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(token));
    }

    [Fact]
    public async Task RemovedPerson_GetsNoToken()
    {
        await _app.GivenOwnerAsync("first@example.com");
        var stranger = await _app.GivenStrangerAsync(Email);
        var client = await OAuthClient.RegisterAsync(_app, stranger);
        var code = await client.GetCodeAsync(await new Visitor(_app).SignInAsync(Email));
        await _app.ChangeAsync(async db =>
        {
            await db.Memberships.Where(row => row.UserId == stranger.Id).ExecuteDeleteAsync(Cancel);
            await db.Accounts.Where(row => row.OwnerId == stranger.Id).ExecuteUpdateAsync(row => row.SetProperty(one => one.OwnerId, 1), Cancel);
            await db.Users.Where(row => row.Id == stranger.Id).ExecuteDeleteAsync(Cancel);
        });
        _app.Services.GetRequiredService<Identities>().ForgetUser(stranger.Id);

        var (status, body) = await client.RedeemAsync(code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (status, (string?)body["error"]));
    }

    [Fact]
    public async Task Revocation_EndsTheToken_AtItsApplicationsWishOnly()
    {
        var (person, client) = await GivenAsync();
        var thief = await OAuthClient.RegisterAsync(_app, _owner!, "Thief");
        var token = await client.GetTokenAsync(person);

        using (var stranger = await thief.SendAsync("/oauth/revoke", true, null, ("token", token)))
            Assert.Equal(HttpStatusCode.OK, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
        using (var wrong = await client.SendAsync("/oauth/revoke", false, null, ("token", token), ("client_secret", "wrong")))
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));

        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.SendAsync("/oauth/revoke", true, null, ("token", token));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, await UseAsync(token));
        }
    }

    [Fact]
    public async Task SpentCodes_AreClearedAway_AndTheirTokensStay()
    {
        var (person, client) = await GivenAsync();
        var token = await client.GetTokenAsync(person);
        await _app.ChangeAsync(async db =>
        {
            var old = DateTime.UnixEpoch;
            await db.AuthorizationCodes.ExecuteUpdateAsync(row => row.SetProperty(one => one.ExpirationDate, old), Cancel);
            await db.Authorizations.ExecuteUpdateAsync(row => row.SetProperty(one => one.CreationDate, old), Cancel);
        });

        await _app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<SpentCodes>().Single().ClearAsync(Cancel);

        Assert.Equal(0, await _app.InDatabaseAsync(db => db.AuthorizationCodes.CountAsync(Cancel)));
        Assert.Equal("permanent", (await _app.InDatabaseAsync(db => db.Authorizations.SingleAsync(Cancel))).Type);
        Assert.Equal(HttpStatusCode.OK, await UseAsync(token));
    }

    [Fact]
    public async Task Scopes_DoNotContainEachOther()
    {
        var (person, client) = await GivenAsync();
        var none = _app.Http(await client.GetTokenAsync(person, ("scope", null)));
        var admin = _app.Http(await client.GetTokenAsync(person, ("scope", "admin")));

        Assert.Equal(HttpStatusCode.OK, (await none.GetAsync("/api/3/stacks.json", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await none.GetAsync("/api/3/accounts.json", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/3/stacks.json", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.GetAsync("/api/3/accounts.json", Cancel)).StatusCode);
    }

    private async Task<HttpStatusCode> UseAsync(string token)
    {
        using var http = _app.Http(token);
        using var answer = await http.GetAsync("/api/3/stacks.json", Cancel);
        return answer.StatusCode;
    }

    private async Task<(Visitor Person, OAuthClient Client)> GivenAsync()
    {
        _owner = await _app.GivenOwnerAsync(Email);
        return (await new Visitor(_app).SignInAsync(Email), await OAuthClient.RegisterAsync(_app, _owner));
    }
}
