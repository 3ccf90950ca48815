using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Accounts;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Accounts;

public sealed class MemberTests : IAsyncDisposable
{
    private const int Account = 1;
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Rights_HoldOnTheNextRequest()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.None);
        await AssertAsync(HttpStatusCode.NotFound, () => member.Api.Stacks.GetAsync(stack.Uid, Cancel));

        var changed = await owner.Api.Members.ChangeAsync(Account, member.Id, new() { DefaultPermissionLevel = 10 }, Cancel);
        Assert.Equal(10, Assert.Single(changed.Accounts).DefaultPermissionLevel);
        await member.Api.Stacks.GetAsync(stack.Uid, Cancel);
        await AssertAsync(HttpStatusCode.Forbidden, () => member.Api.Environments.ListAsync(stack.Uid, 1, Cancel));

        changed = await owner.Api.Members.SetRightAsync(Account, member.Id, stack.Uid, 60, Cancel);
        var right = Assert.Single(changed.AccessRights);
        Assert.Equal((stack.Uid, 60, "admin"), (right.Stack, right.AccessLevel.Code, right.AccessLevel.Meaning));
        await member.Api.Environments.ListAsync(stack.Uid, 1, Cancel);

        await owner.Api.Members.SetRightAsync(Account, member.Id, stack.Uid, 0, Cancel);
        await AssertAsync(HttpStatusCode.NotFound, () => member.Api.Stacks.GetAsync(stack.Uid, Cancel));
        Assert.Empty((await owner.Api.Members.ResetRightAsync(Account, member.Id, stack.Uid, Cancel)).AccessRights);
        await member.Api.Stacks.GetAsync(stack.Uid, Cancel);
    }

    [Fact]
    public async Task CanCreateStack_IsEnforced_AndTheCreatorAdministersTheStack()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.None);
        await AssertAsync(HttpStatusCode.Forbidden, () => member.GivenStackAsync());
        await owner.Api.Members.ChangeAsync(Account, member.Id, new() { CanCreateStack = true }, Cancel);
        var stack = await member.GivenStackAsync();
        await member.Api.Environments.ListAsync(stack.Uid, 1, Cancel);
        var right = Assert.Single((await owner.Api.Users.GetAsync(member.Id, Cancel)).AccessRights);
        Assert.Equal((stack.Uid, 60), (right.Stack, right.AccessLevel.Code));
    }

    [Fact]
    public async Task Managers_GiveNoMoreThanTheyHave()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var hidden = await owner.GivenStackAsync("Hidden");
        var manager = await _app.GivenMemberAsync(AccessLevel.Deploy, "manager@example.com");
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, member.Id, new() { DefaultPermissionLevel = 20 }, Cancel));
        await owner.Api.Members.ChangeAsync(Account, manager.Id, new() { CanAdminUsers = true }, Cancel);
        await owner.Api.Members.SetRightAsync(Account, manager.Id, hidden.Uid, 0, Cancel);

        await manager.Api.Members.ChangeAsync(Account, member.Id, new() { DefaultPermissionLevel = 20, CanAdminUsers = false }, Cancel);
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, member.Id, new() { DefaultPermissionLevel = 30 }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, member.Id, new() { CanCreateStack = true }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, member.Id, new() { Role = "owner" }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.SetRightAsync(Account, member.Id, stack.Uid, 60, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => manager.Api.Members.SetRightAsync(Account, member.Id, hidden.Uid, 10, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, manager.Id, new() { DefaultPermissionLevel = 60 }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.SetRightAsync(Account, manager.Id, stack.Uid, 60, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.ChangeAsync(Account, owner.Id, new() { Role = "member" }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Members.RemoveAsync(Account, owner.Id, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Accounts.RenameAsync(Account, "Mine", Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => manager.Api.Accounts.TransferAsync(Account, manager.Id, Cancel));
        Assert.Equal("owner", Assert.Single((await owner.Api.Users.GetAsync(owner.Id, Cancel)).Accounts).Role);
    }

    [Theory]
    [InlineData("""{"default_permission_level":15}""", "default_permission_level must be one of")]
    [InlineData("""{"default_permission_level":-10}""", "default_permission_level must be one of")]
    [InlineData("""{"default_permission_level":99999999999}""", "default_permission_level")]
    [InlineData("""{"default_permission_level":"x"}""", "default_permission_level")]
    [InlineData("""{"role":"king"}""", "role must be owner or member")]
    [InlineData("""{"can_create_stack":"perhaps"}""", "can_create_stack must be true or false")]
    [InlineData("""{"can_admin_users":[1]}""", "can_admin_users")]
    public async Task BadValues_AreRefused_AndChangeNothing(string body, string problem)
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        using var content = new StringContent(body);
        var (status, answer) = await owner.SendAsync(HttpMethod.Put, $"/api/3/accounts/{Account}/members/{member.Id}.json", content);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(problem, (string?)answer["details"], StringComparison.Ordinal);
        var place = Assert.Single((await owner.Api.Users.GetAsync(member.Id, Cancel)).Accounts);
        Assert.Equal((10, false, false, "member"), (place.DefaultPermissionLevel, place.CanCreateStack, place.CanAdminUsers, place.Role));
    }

    [Fact]
    public async Task LastOwner_CannotGo()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await AssertAsync(HttpStatusCode.Conflict, () => owner.Api.Members.RemoveAsync(Account, owner.Id, Cancel));
        await AssertAsync(HttpStatusCode.Conflict, () => owner.Api.Members.ChangeAsync(Account, owner.Id, new() { Role = "member" }, Cancel));
        await AssertAsync(HttpStatusCode.Conflict, () => owner.Api.Members.ChangeAsync(Account, owner.Id, new() { DefaultPermissionLevel = 10 }, Cancel));

        await owner.Api.Members.ChangeAsync(Account, member.Id, new() { Role = "owner" }, Cancel);
        await AssertAsync(HttpStatusCode.Conflict, () => owner.Api.Members.SetRightAsync(Account, member.Id, new('0', 32), 10, Cancel));
        await owner.Api.Members.RemoveAsync(Account, owner.Id, Cancel);
        Assert.Empty((await owner.Api.Accounts.ListAsync(1, Cancel)).Response);
        Assert.Equal(member.Email, (await member.Api.Accounts.GetAsync(Account, Cancel)).Owner);
    }

    [Fact]
    public async Task Transfer_MakesTheOther_TheOwner()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.None);
        var stranger = await _app.GivenStrangerAsync();
        await AssertAsync(HttpStatusCode.NotFound, () => owner.Api.Accounts.TransferAsync(Account, stranger.Id, Cancel));
        Assert.Equal(member.Email, (await owner.Api.Accounts.TransferAsync(Account, member.Id, Cancel)).Owner);
        await member.Api.Environments.ListAsync(stack.Uid, 1, Cancel);
        await AssertAsync(HttpStatusCode.Forbidden, () => owner.Api.Accounts.RenameAsync(Account, "Mine again", Cancel));
        Assert.Equal("Theirs", (await member.Api.Accounts.RenameAsync(Account, "Theirs", Cancel)).Name);
    }

    [Fact]
    public async Task RemovedMember_SeesNothing_AndLeavesNoRights()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.Admin);
        await owner.Api.Members.SetRightAsync(Account, member.Id, stack.Uid, 60, Cancel);
        await owner.Api.Members.RemoveAsync(Account, member.Id, Cancel);
        await AssertAsync(HttpStatusCode.NotFound, () => member.Api.Stacks.GetAsync(stack.Uid, Cancel));
        Assert.Empty((await member.Api.Stacks.ListAsync(1, Cancel)).Response);
        await AssertAsync(HttpStatusCode.NotFound, () => owner.Api.Users.GetAsync(member.Id, Cancel));
        Assert.False(await _app.InDatabaseAsync(db => db.AccessRights.AnyAsync(right => right.UserId == member.Id, Cancel)));
    }

    [Fact]
    public async Task Strangers_FindNoAccount()
    {
        var owner = await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        var stranger = await _app.GivenStrangerAsync();
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Members.ChangeAsync(Account, member.Id, new() { DefaultPermissionLevel = 60 }, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Members.RemoveAsync(Account, member.Id, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Accounts.RenameAsync(Account, "Mine", Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Accounts.TransferAsync(Account, stranger.Id, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Members.InviteAsync(Account, new Invite { Email = "x@example.com" }, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => stranger.Api.Audit.ListAsync(Account, new(), 1, Cancel));
        await AssertAsync(HttpStatusCode.NotFound, () => owner.Api.Members.ChangeAsync(Account, stranger.Id, new() { DefaultPermissionLevel = 60 }, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => member.Api.Members.RemoveAsync(Account, owner.Id, Cancel));
        await AssertAsync(HttpStatusCode.Forbidden, () => member.Api.Audit.ListAsync(Account, new(), 1, Cancel));
        await member.Api.Members.RemoveAsync(Account, member.Id, Cancel);
    }

    private static async Task AssertAsync(HttpStatusCode status, Func<Task> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(call)).Status);
}
