using System.Net;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.Users;

public sealed class LockTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task LockedPerson_IsOut_AtOnce_UntilUnlocked()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var browser = await new Visitor(_app).SignInAsync(member.Email);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync("/stacks")).Status);
        await member.Api.Stacks.ListAsync(1, Cancel);

        Assert.True((await owner.Api.Users.LockAsync(member.Id, Cancel)).Locked);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(() => member.Api.Stacks.ListAsync(1, Cancel)));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.OpenAsync("/stacks")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await new Visitor(_app).SignInAsync(member.Email)).Status);

        Assert.False((await owner.Api.Users.UnlockAsync(member.Id, Cancel)).Locked);
        await member.Api.Stacks.ListAsync(1, Cancel);
        Assert.Equal("/stacks", (await new Visitor(_app).SignInAsync(member.Email)).Location);
    }

    [Fact]
    public async Task Lock_EndsNobodyElsesRights()
    {
        var owner = await _app.GivenOwnerAsync();
        var manager = await _app.GivenMemberAsync(AccessLevel.Admin, "manager@example.com");
        await owner.Api.Members.ChangeAsync(1, manager.Id, new() { CanAdminUsers = true }, Cancel);
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var stranger = await _app.GivenStrangerAsync();
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(() => owner.Api.Users.LockAsync(owner.Id, Cancel)));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => manager.Api.Users.LockAsync(owner.Id, Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => member.Api.Users.LockAsync(owner.Id, Cancel)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => owner.Api.Users.LockAsync(stranger.Id, Cancel)));

        // Somebody with an account of their own cannot be shut out of it from another.
        var invited = await owner.Api.Members.InviteAsync(1, new() { Email = stranger.Email }, Cancel);
        await stranger.Api.Members.AcceptAsync(new(invited.Url.Split("token=")[1]), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => owner.Api.Users.LockAsync(stranger.Id, Cancel)));
        await manager.Api.Users.LockAsync(member.Id, Cancel);
    }

    [Fact]
    public async Task LockedOwner_DoesNotCount()
    {
        var owner = await _app.GivenOwnerAsync();
        var second = await _app.GivenMemberAsync(AccessLevel.View);
        await owner.Api.Members.ChangeAsync(1, second.Id, new() { Role = "owner" }, Cancel);
        await owner.Api.Users.LockAsync(second.Id, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(() => owner.Api.Members.RemoveAsync(1, owner.Id, Cancel)));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(() => owner.Api.Accounts.TransferAsync(1, second.Id, Cancel)));
    }

    private static async Task<HttpStatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<SlipwayApiException>(call)).Status;
}
