using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Databases;
using Slipway.Contracts.Http;
using Slipway.Tests.Support;

namespace Slipway.Tests.Databases;

public sealed class DatabaseTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task ExternalDatabase_IsAdded_Changed_AndRemoved()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var action = await owner.Api.Databases.AddAsync(
            uid, new() { Kind = "mongodb", Address = "mongo.example.com", Username = "shop", Password = "s3cret p@ss", DatabaseName = "shop" }, Cancel);
        Assert.Equal("database_add: mongodb", action.Action);
        var made = Assert.Single((await owner.Api.Databases.ListAsync(uid, Cancel)).Response);
        Assert.Equal(("mongodb", true, "mongo.example.com", 27017, "shop"), (made.Kind, made.External, made.Address, made.Port, made.Username));
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Databases.AddAsync(uid, new() { Kind = "mongodb", Address = "x.example.com" }, Cancel));

        await owner.Api.Databases.ChangeAsync(uid, made.Id, new() { Address = "192.0.2.9", Port = 27018 }, Cancel);
        var changed = Assert.Single((await owner.Api.Databases.ListAsync(uid, Cancel)).Response);
        Assert.Equal(("192.0.2.9", 27018, "shop"), (changed.Address, changed.Port, changed.Username));
        Assert.Equal("s3cret p@ss", await _app.InDatabaseAsync(async db => (await db.StackDatabases.SingleAsync(Cancel)).Password.Reveal()));
        await owner.Api.Databases.RemoveAsync(uid, made.Id, Cancel);
        Assert.Empty((await owner.Api.Databases.ListAsync(uid, Cancel)).Response);
    }

    [Theory]
    [InlineData("oracle", "db.example.com", null, null)]
    [InlineData("mysql", "-oProxy", null, null)]
    [InlineData("mysql", "a b", null, null)]
    [InlineData("mysql", "db.example.com", 70000, null)]
    [InlineData("mysql", "db.example.com", 0, null)]
    [InlineData("mysql", "db.example.com", null, "line\nbreak")]
    public async Task Add_RefusesWhatIsNotValid(string kind, string address, int? port, string? password)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await AssertStatusAsync(
            HttpStatusCode.BadRequest, () => owner.Api.Databases.AddAsync(uid, new() { Kind = kind, Address = address, Port = port, Password = password }, Cancel));
        Assert.Empty((await owner.Api.Databases.ListAsync(uid, Cancel)).Response);
    }

    [Fact]
    public async Task ExternalDatabase_IsNotPutOnAServerToo()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Databases.AddAsync(uid, new() { Kind = "postgresql", Address = "db.example.com" }, Cancel);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid, components: ["postgresql", "redis"]));
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        Assert.Equal(["sinatra", "redis", "web", "app", "db"], server.ServerRoles);
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Databases.AddAsync(uid, new() { Kind = "redis", Address = "x.example.com" }, Cancel));
    }

    private static async Task AssertStatusAsync(HttpStatusCode status, Func<Task> act) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);
}
