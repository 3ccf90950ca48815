using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Users;

/// <summary>What takes a terminal, or a log, from somebody who has it open.</summary>
public sealed class LastingAccessTests : IAsyncDisposable
{
    private const string NoSignIn = "Your sign-in is not valid any more.";
    private const string NoToken = "The token was revoked, has ended, or lost the scope admin.";
    private const string NoLevel = "You may not open terminals on this stack any more.";

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Token_EndsWithItsRevocation_ItsTimeAndItsScope()
    {
        var (owner, stackId) = await GivenStackAsync();
        var visitor = await OfTokenAsync(owner, stackId);
        Assert.Null(await FindAsync(visitor));
        await ChangeTokenAsync(visitor, token => token.ExpiresAt = DateTimeOffset.UnixEpoch);
        Assert.Equal(NoToken, await FindAsync(visitor));
        await ChangeTokenAsync(visitor, token => (token.ExpiresAt, token.Scopes) = (null, "public redeploy"));
        Assert.Equal(NoToken, await FindAsync(visitor));
        await ChangeTokenAsync(visitor, token => token.Scopes = "admin");
        Assert.Null(await FindAsync(visitor));
        await owner.Api.Tokens.RevokeAsync(visitor.TokenId!.Value, Cancel);
        Assert.Equal(NoToken, await FindAsync(visitor));
    }

    [Fact]
    public async Task Session_EndsWithItsSignOut_AndWithANewPassword()
    {
        var (owner, stackId) = await GivenStackAsync();
        var visitor = OfSession(owner, stackId, "a1b2", "stamp");
        await _app.ChangeAsync(async db => (await db.Users.FirstAsync(user => user.Id == owner.Id)).SecurityStamp = "stamp");
        await GivenSignOutAsync("another");
        Assert.Null(await FindAsync(visitor));
        await GivenSignOutAsync("a1b2");
        Assert.Equal("You have signed out.", await FindAsync(visitor));
        // Those from before it was opened are of no matter.
        var later = visitor with { AuditNumber = await _app.InDatabaseAsync(db => db.AuditEntries.MaxAsync(entry => entry.Number, Cancel)) };
        Assert.Null(await FindAsync(later));
        await _app.ChangeAsync(async db => (await db.Users.FirstAsync(user => user.Id == owner.Id)).SecurityStamp = "new");
        Assert.Equal(NoSignIn, await FindAsync(later));
    }

    [Fact]
    public async Task PersonWhoIsLocked_AndAccountThatIsSuspended_HaveNone()
    {
        var (owner, stackId) = await GivenStackAsync();
        var visitor = await OfTokenAsync(owner, stackId);
        await _app.ChangeAsync(async db => (await db.Accounts.FirstAsync()).SuspendedAt = DateTimeOffset.UnixEpoch);
        Assert.Equal(NoLevel, await FindAsync(visitor));
        await _app.ChangeAsync(async db => (await db.Accounts.FirstAsync()).SuspendedAt = null);
        Assert.Null(await FindAsync(visitor));
        await _app.ChangeAsync(async db => (await db.Users.FirstAsync(user => user.Id == owner.Id)).LockedAt = DateTimeOffset.UnixEpoch);
        Assert.Equal(NoSignIn, await FindAsync(visitor));
    }

    private async Task<(Person Owner, int StackId)> GivenStackAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        return (owner, await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == uid).Select(stack => stack.Id).FirstAsync(Cancel)));
    }

    private Task<string?> FindAsync(LastingVisit visitor) => _app.Services.GetRequiredService<LastingAccess>().FindObstacleAsync(visitor, Cancel);

    private static async Task<LastingVisit> OfTokenAsync(Person owner, int stackId)
    {
        var spare = await owner.Api.Tokens.CreateAsync("Spare", "admin", Cancel);
        var http = new DefaultHttpContext();
        http.Features.Set(new TokenIdentity(spare.Id, [Scopes.Admin], IdentityOf(owner), null, null));
        return LastingVisit.Of(http, CallerOf(owner), stackId, AccessLevel.Shell, Scopes.Admin);
    }

    private static LastingVisit OfSession(Person owner, int stackId, string session, string stamp) => LastingVisit.Of(
        new DefaultHttpContext
        {
            User = new(new ClaimsIdentity([new(SessionIds.Claim, session), new(new ClaimsIdentityOptions().SecurityStampClaimType, stamp)], "test")),
        },
        CallerOf(owner),
        stackId,
        AccessLevel.Shell,
        Scopes.Admin);

    private Task ChangeTokenAsync(LastingVisit visitor, Action<AccessToken> change) =>
        _app.ChangeAsync(async db => change(await db.AccessTokens.FirstAsync(token => token.Id == visitor.TokenId)));

    // As the form of the dashboard leaves it.
    private Task GivenSignOutAsync(string session) => _app.InDatabaseAsync(async db =>
    {
        db.Audit.Note(1, RecordedChange.Ended, "sign_in", "owner@example.com");
        await db.SaveChangesAsync(Cancel);
        var entry = await db.AuditEntries.OrderBy(entry => entry.Id).LastAsync(Cancel);
        return await db.AuditEntries.Where(row => row.Id == entry.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(e => e.Credential, $"session {session}").SetProperty(e => e.Operation, "POST /session/end"), Cancel);
    });

    private static Caller CallerOf(Person owner)
    {
        var caller = new Caller();
        caller.Become(IdentityOf(owner), 1, [Scopes.Admin], Caller.ViaApi);
        return caller;
    }

    private static Identity IdentityOf(Person owner) => new(owner.Id, owner.Email, 1, [1]);
}
