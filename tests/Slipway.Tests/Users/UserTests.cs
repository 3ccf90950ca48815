using System.Net;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Users;

public sealed class UserTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task List_ShowsMembersToThoseWhoManageThem_AndOneselfToOthers()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var stranger = await _app.GivenStrangerAsync();
        Assert.Equal([owner.Id, member.Id], (await owner.Api.Users.ListAsync(1, Cancel)).Response.Select(user => user.Id));
        Assert.Equal(member.Id, Assert.Single((await member.Api.Users.ListAsync(1, Cancel)).Response).Id);
        Assert.Equal(stranger.Id, Assert.Single((await stranger.Api.Users.ListAsync(1, Cancel)).Response).Id);
        var right = Assert.Single((await owner.Api.Users.GetAsync(owner.Id, Cancel)).AccessRights);
        Assert.Equal((60, "admin"), (right.AccessLevel.Code, right.AccessLevel.Meaning));
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Users.GetAsync(stranger.Id, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, exception.Status);
    }

    [Fact]
    public async Task Accounts_AreOnesOwn()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        var stranger = await _app.GivenStrangerAsync();
        var account = Assert.Single((await owner.Api.Accounts.ListAsync(1, Cancel)).Response);
        Assert.Equal((owner.Email, 1, true), (account.Owner, account.StackCount, account.CurrentAccount));
        Assert.Equal(account, await owner.Api.Accounts.GetAsync(account.Id, Cancel) with { UsedClouds = account.UsedClouds });
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => stranger.Api.Accounts.GetAsync(account.Id, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, exception.Status);
    }
}
