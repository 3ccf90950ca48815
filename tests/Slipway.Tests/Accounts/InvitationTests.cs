using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Slipway.Contracts;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Accounts;

public sealed class InvitationTests : IAsyncDisposable
{
    private const string Email = "new@example.com";
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task NewPerson_ChoosesAPassword_AndIsAMember()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var created = await owner.Api.Members.InviteAsync(1, new() { Email = Email, DefaultPermissionLevel = 20, CanCreateStack = true }, Cancel);
        Assert.False(created.MailSent);
        Assert.StartsWith("http://127.0.0.1:6600/invitation?token=", created.Url, StringComparison.Ordinal);
        var token = TokenOf(created);
        Assert.DoesNotContain(token, await _app.InDatabaseAsync(db => db.Invitations.Select(row => row.TokenHash).ToListAsync(Cancel)));

        var anyone = new SlipwayClient(_app.Http());
        var offer = await anyone.Members.GetOfferAsync(token, Cancel);
        Assert.Equal(("My account", Email, owner.Email, false), (offer.Account, offer.Email, offer.InvitedBy, offer.IsKnown));
        await AssertAsync(HttpStatusCode.BadRequest, () => anyone.Members.AcceptAsync(new(token), Cancel));
        await AssertAsync(HttpStatusCode.BadRequest, () => anyone.Members.AcceptAsync(new(token, "short"), Cancel));
        await anyone.Members.AcceptAsync(new(token, SlipwayApp.Password), Cancel);
        await AssertAsync(HttpStatusCode.NotFound, () => anyone.Members.AcceptAsync(new(token, SlipwayApp.Password), Cancel));

        var user = (await owner.Api.Users.ListAsync(1, Cancel)).Response.Single(user => user.Email == Email);
        var place = Assert.Single(user.Accounts);
        Assert.Equal(("member", true, false, 20), (place.Role, place.CanCreateStack, place.CanAdminUsers, place.DefaultPermissionLevel));
        Assert.Equal("/stacks", (await new Dashboard.Visitor(_app).SignInAsync(Email)).Location);
        Assert.Empty((await owner.Api.Members.ListInvitationsAsync(1, 1, Cancel)).Response);
        Assert.NotNull(stack);
    }

    [Fact]
    public async Task KnownPerson_AcceptsSignedIn_AndNobodyElseCan()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var known = await _app.GivenStrangerAsync();
        var other = await _app.GivenStrangerAsync("other@example.com");
        var token = TokenOf(await owner.Api.Members.InviteAsync(1, new() { Email = "STRANGER@example.com" }, Cancel));

        await AssertAsync(HttpStatusCode.Conflict, () => new SlipwayClient(_app.Http()).Members.AcceptAsync(new(token, SlipwayApp.Password), Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => other.Api.Members.AcceptAsync(new(token), Cancel));
        await known.Api.Members.AcceptAsync(new(token), Cancel);

        using var http = _app.Http(known.Token);
        http.DefaultRequestHeaders.Add("X-Account", "1");
        Assert.Equal(stack.Uid, Assert.Single((await new SlipwayClient(http).Stacks.ListAsync(1, Cancel)).Response).Uid);
        Assert.Equal([1, 2], (await known.Api.Users.GetMeAsync(Cancel)).Accounts.Select(place => place.Account));
        // The owner of one account sees nothing of the other.
        Assert.Equal(1, Assert.Single((await owner.Api.Users.GetAsync(known.Id, Cancel)).Accounts).Account);
        await AssertAsync(HttpStatusCode.Conflict, () => owner.Api.Members.InviteAsync(1, new() { Email = known.Email }, Cancel));
    }

    [Fact]
    public async Task Link_EndsWithTheNextOne_WithItsWithdrawal_AndWithTheRightsOfWhoInvited()
    {
        var owner = await _app.GivenOwnerAsync();
        var manager = await _app.GivenMemberAsync(AccessLevel.Deploy, "manager@example.com");
        await owner.Api.Members.ChangeAsync(1, manager.Id, new() { CanAdminUsers = true }, Cancel);
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.InviteAsync(1, new() { Email = Email, DefaultPermissionLevel = 60 }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.InviteAsync(1, new() { Email = Email, CanCreateStack = true }, Cancel));

        var first = TokenOf(await manager.Api.Members.InviteAsync(1, new() { Email = Email, DefaultPermissionLevel = 20 }, Cancel));
        var second = TokenOf(await manager.Api.Members.InviteAsync(1, new() { Email = Email, DefaultPermissionLevel = 20 }, Cancel));
        await AssertGoneAsync(first);
        await owner.Api.Members.ChangeAsync(1, manager.Id, new() { DefaultPermissionLevel = 10 }, Cancel);
        await AssertGoneAsync(second);
        var third = await manager.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel);
        await owner.Api.Members.WithdrawAsync(1, third.Invitation.Id, Cancel);
        await AssertGoneAsync(TokenOf(third));
        var fourth = TokenOf(await manager.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel));
        await owner.Api.Members.RemoveAsync(1, manager.Id, Cancel);
        await AssertGoneAsync(fourth);
    }

    [Fact]
    public async Task Link_Expires()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = new SlipwayApp { Time = clock };
        var owner = await app.GivenOwnerAsync();
        var token = TokenOf(await owner.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel));
        clock.Advance(TimeSpan.FromDays(7));
        await AssertAsync(HttpStatusCode.NotFound, () => new SlipwayClient(app.Http()).Members.AcceptAsync(new(token, SlipwayApp.Password), Cancel));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@b@c")]
    [InlineData("a b@example.com")]
    [InlineData("x@example.com\nBcc: all@example.com")]
    [InlineData("<x@example.com>")]
    [InlineData("\u0000@example.com")]
    public async Task BadAddresses_AreRefused(string email)
    {
        var owner = await _app.GivenOwnerAsync();
        await AssertAsync(HttpStatusCode.BadRequest, () => owner.Api.Members.InviteAsync(1, new() { Email = email }, Cancel));
        Assert.Empty((await owner.Api.Members.ListInvitationsAsync(1, 1, Cancel)).Response);
    }

    [Fact]
    public async Task Page_LeadsANewPersonIn()
    {
        var owner = await _app.GivenOwnerAsync();
        var created = await owner.Api.Members.InviteAsync(1, new() { Email = Email }, Cancel);
        var visitor = await new Dashboard.Visitor(_app).OpenAsync(new Uri(created.Url).PathAndQuery);
        Assert.Contains("Join My account", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/invitation", ("token", TokenOf(created)), ("email", Email), ("password", "short"));
        Assert.Contains("at least 12 characters", visitor.Text, StringComparison.Ordinal);
        await visitor.SendAsync("/invitation", ("token", TokenOf(created)), ("email", Email), ("password", SlipwayApp.Password));
        Assert.Equal("/stacks", visitor.Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);
        Assert.Contains("This invitation is over", (await visitor.OpenAsync(new Uri(created.Url).PathAndQuery)).Text, StringComparison.Ordinal);
    }

    private async Task AssertGoneAsync(string token) =>
        await AssertAsync(HttpStatusCode.NotFound, () => new SlipwayClient(_app.Http()).Members.AcceptAsync(new(token, SlipwayApp.Password), Cancel));

    private static string TokenOf(CreatedInvitation created) => created.Url.Split("token=")[1];

    private static async Task AssertAsync(HttpStatusCode status, Func<Task> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(call)).Status);
}
