using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Tokens;

public sealed class TokenTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Create_ShowsTheTokenOnce_AndStoresItsHash()
    {
        var owner = await _app.GivenOwnerAsync();
        var made = await owner.Api.Tokens.CreateAsync("deployer", "redeploy", Cancel);
        Assert.Matches("^[0-9a-f]{64}$", made.Token);
        Assert.DoesNotContain(made.Token, (await owner.SendAsync(HttpMethod.Get, "/api/3/tokens")).Body.ToJsonString(), StringComparison.Ordinal);
        var stored = await _app.InDatabaseAsync(db => db.AccessTokens.FirstAsync(token => token.Id == made.Id, Cancel));
        Assert.Equal(OpaqueToken.Hash(made.Token), stored.Hash);
    }

    [Fact]
    public async Task Revoke_WorksAtOnce()
    {
        var owner = await _app.GivenOwnerAsync();
        var made = await owner.Api.Tokens.CreateAsync("short", "public", Cancel);
        using var http = _app.Http(made.Token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/3/users/me", Cancel)).StatusCode);
        await owner.Api.Tokens.RevokeAsync(made.Id, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/3/users/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Revoke_OfSomebodyElsesToken_IsNotFound()
    {
        var owner = await _app.GivenOwnerAsync();
        var stranger = await _app.GivenStrangerAsync();
        var token = Assert.Single((await owner.Api.Tokens.ListAsync(1, Cancel)).Response);
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => stranger.Api.Tokens.RevokeAsync(token.Id, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, exception.Status);
    }

    [Fact]
    public async Task Create_NeverGivesMoreThanTheCallerHas()
    {
        await _app.GivenOwnerAsync();
        var reader = await _app.GivenMemberAsync(AccessLevel.View, "reader@example.com", Scopes.Public);
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => reader.Api.Tokens.CreateAsync("more", "public admin", Cancel));
        Assert.Equal(HttpStatusCode.Forbidden, exception.Status);
        Assert.Equal("", (await reader.Api.Tokens.CreateAsync("none", "", Cancel)).Scopes);
    }

    [Fact]
    public async Task Create_RefusesUnknownScopes()
    {
        var owner = await _app.GivenOwnerAsync();
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Tokens.CreateAsync("odd", "root", Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, exception.Status);
    }

    [Fact]
    public async Task LastUse_IsWrittenTogether()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.Api.Users.GetMeAsync(Cancel);
        Assert.Null(Assert.Single((await owner.Api.Tokens.ListAsync(1, Cancel)).Response).LastUsedAt);
        await _app.Services.GetRequiredService<TokenUses>().FlushAsync(Cancel);
        Assert.NotNull(Assert.Single((await owner.Api.Tokens.ListAsync(1, Cancel)).Response).LastUsedAt);
    }

    [Fact]
    public async Task ForgottenUser_IsReadAnew_OnTheNextRequest()
    {
        var owner = await _app.GivenOwnerAsync();
        var stranger = await _app.GivenStrangerAsync();
        var account = (await owner.Api.Accounts.ListAsync(1, Cancel)).Response[0].Id;
        stranger.Http.DefaultRequestHeaders.Add("X-Account", $"{account}");
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.SendAsync(HttpMethod.Get, "/api/3/stacks")).Status);

        await _app.ChangeAsync(db =>
        {
            db.Memberships.Add(new() { AccountId = account, UserId = stranger.Id, Role = Slipway.Server.Accounts.Membership.Member });
            return Task.CompletedTask;
        });
        _app.Services.GetRequiredService<Identities>().ForgetUser(stranger.Id);

        Assert.Equal(HttpStatusCode.OK, (await stranger.SendAsync(HttpMethod.Get, "/api/3/stacks")).Status);
    }

    [Fact]
    public async Task Expiry_IsHonoured_AndNotOutlived()
    {
        var owner = await _app.GivenOwnerAsync();
        var end = DateTimeOffset.UnixEpoch.AddYears(62);
        var made = await owner.Api.Tokens.CreateAsync(new("week", "public", end), Cancel);
        Assert.Equal(end, (await owner.Api.Tokens.ListAsync(1, Cancel)).Response[0].ExpiresAt);
        var week = new Person(_app, owner.Id, owner.Email, made.Token);

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => week.Api.Tokens.CreateAsync("forever", "public", Cancel)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => week.Api.Tokens.CreateAsync(new("longer", "public", end.AddDays(1)), Cancel)));
        Assert.NotNull(await week.Api.Tokens.CreateAsync(new("shorter", "public", end.AddDays(-1)), Cancel));
        await _app.ChangeAsync(db => db.AccessTokens.Where(token => token.Id == made.Id)
            .ExecuteUpdateAsync(token => token.SetProperty(row => row.ExpiresAt, row => row.CreatedAt), Cancel));
        _app.Services.GetRequiredService<Identities>().ForgetAll();
        Assert.Equal(HttpStatusCode.Unauthorized, (await week.SendAsync(HttpMethod.Get, "/api/3/users/me")).Status);
    }

    [Theory]
    [InlineData("2001-01-01T00:00:00Z")]
    [InlineData("2999-01-01T00:00:00Z")]
    [InlineData("tomorrow")]
    public async Task Expiry_MustBeAhead_AndNotTooFar(string expiresAt)
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new StringContent($$"""{"name":"odd","scopes":"public","expires_at":"{{expiresAt}}"}""");
        var (status, body) = await owner.SendAsync(HttpMethod.Post, "/api/3/tokens", content);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("expires_at", (string?)body["details"], StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(Func<Task> act) => (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status;
}
