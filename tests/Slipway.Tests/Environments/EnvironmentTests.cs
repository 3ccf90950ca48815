using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Tests.Support;

namespace Slipway.Tests.Environments;

public sealed class EnvironmentTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Variable_IsAddedChangedAndDeleted_ByKeyOrId()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        Assert.Equal("env-var-new", (await owner.Api.Environments.AddAsync(uid, "GREETING", "hello", Cancel)).Action);
        var made = await owner.Api.Environments.GetAsync(uid, "GREETING", Cancel);
        Assert.Equal(made, await owner.Api.Environments.GetAsync(uid, $"{made.Id}", Cancel));
        Assert.Equal("env-var-update", (await owner.Api.Environments.ChangeAsync(uid, "GREETING", "", Cancel)).Action);
        Assert.Equal("", Assert.Single((await owner.Api.Environments.ListAsync(uid, 1, Cancel)).Response).Value);
        Assert.Equal("env-var-delete", (await owner.Api.Environments.DeleteAsync(uid, $"{made.Id}", Cancel)).Action);
        Assert.Empty((await owner.Api.Environments.ListAsync(uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task Add_OfAPresentKey_SaysWhatOldClientsWaitFor()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await owner.Api.Environments.AddAsync(uid, "A", "1", Cancel);
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Environments.AddAsync(uid, "A", "2", Cancel));
        Assert.Equal(HttpStatusCode.Conflict, exception.Status);
        Assert.Equal("Another environment variable with the same key exists. Use PUT to change it.", exception.Error.Details);
        Assert.Equal(2, await _app.InDatabaseAsync(db => db.Actions.CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("1A")]
    [InlineData("")]
    [InlineData("A B")]
    [InlineData("A=B")]
    [InlineData("A\n")]
    [InlineData("$(id)")]
    public async Task Add_RefusesKeysThatNoShellTakes(string key)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Environments.AddAsync(uid, key, "1", Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, exception.Status);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData(null)]
    public async Task Add_RefusesNulAndTooLongValues(string? value)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() =>
            owner.Api.Environments.AddAsync(uid, "A", value ?? new('x', 64 * 1024 + 1), Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, exception.Status);
    }

    [Fact]
    public async Task GeneratedOnes_CanBeChangedAndNotDeleted_ReadonlyOnesNeither()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(async db =>
        {
            var stack = await db.Stacks.FirstAsync(Cancel);
            db.EnvironmentVariables.Add(new() { Stack = stack, Key = "GENERATED", Value = new("1"), IsGenerated = true });
            db.EnvironmentVariables.Add(new() { Stack = stack, Key = "STACK_PATH", Value = new("/var"), IsGenerated = true, IsReadonly = true });
        });
        foreach (var refused in new Func<Task>[]
        {
            () => owner.Api.Environments.DeleteAsync(uid, "GENERATED", Cancel),
            () => owner.Api.Environments.DeleteAsync(uid, "STACK_PATH", Cancel),
            () => owner.Api.Environments.ChangeAsync(uid, "STACK_PATH", "/", Cancel),
        })
            Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<SlipwayApiException>(refused)).Status);
        // A changed one is the user's own from then on.
        await owner.Api.Environments.ChangeAsync(uid, "GENERATED", "2", Cancel);
        await owner.Api.Environments.DeleteAsync(uid, "GENERATED", Cancel);
    }

    [Fact]
    public async Task Value_IsStoredSealed()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await owner.Api.Environments.AddAsync(uid, "PASSWORD", "t0ps3cret", Cancel);
        var stored = await _app.InDatabaseAsync(db =>
            db.Database.SqlQueryRaw<string>("SELECT Value || (SELECT group_concat(Payload) FROM Actions) AS Value FROM EnvironmentVariables").SingleAsync(Cancel));
        Assert.DoesNotContain("t0ps3cret", stored, StringComparison.Ordinal);
    }
}
