using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Data;
using Slipway.Server.Setup;
using Slipway.Tests.Support;

namespace Slipway.Tests.Setup;

public sealed class SetupTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CompleteSetup_MakesOwnerWithTokenOfAllScopes()
    {
        await using var app = new SlipwayApp();
        var owner = await app.GivenOwnerAsync();

        var me = await owner.Api.Users.GetMeAsync(Cancel);
        var place = Assert.Single(me.Accounts);
        Assert.Equal(("owner", 60, me.PrimaryAccountId), (place.Role, place.DefaultPermissionLevel, place.Account));
        Assert.True(place is { CanCreateStack: true, CanAdminUsers: true });
        Assert.Equal("public redeploy jobs users admin", Assert.Single((await owner.Api.Tokens.ListAsync(1, Cancel)).Response).Scopes);
    }

    [Fact]
    public async Task Link_IsTheSame_OnEachStartOfEachNode_AndIsNotReadInTheDatabase()
    {
        await using var app = new SlipwayApp();
        var token = app.SetupToken;
        Assert.Contains($"/setup?token={token}", app.Console.ToString(), StringComparison.Ordinal);
        var stored = await app.InDatabaseAsync(db => db.Installation.Select(value => value.Value).ToListAsync(Cancel));
        Assert.DoesNotContain(stored, value => value.Contains(token, StringComparison.Ordinal));

        // As another node does, or the same one when it starts again.
        var other = ActivatorUtilities.CreateInstance<SetupLink>(app.Services);
        await other.PrintAsync(Cancel);
        Assert.EndsWith(token, other.Url, StringComparison.Ordinal);

        await app.GivenOwnerAsync();
        var after = ActivatorUtilities.CreateInstance<SetupLink>(app.Services);
        await after.PrintAsync(Cancel);
        Assert.Null(after.Url);
        Assert.Empty(await app.InDatabaseAsync(db => db.Installation.Where(value => value.Name == InstallationValue.SetupToken).ToListAsync(Cancel)));
    }

    [Fact]
    public async Task CompleteSetup_WorksOnce()
    {
        await using var app = new SlipwayApp();
        var token = app.SetupToken;
        await app.GivenOwnerAsync();
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() =>
            new SlipwayClient(app.Http()).Setup.CompleteAsync(new(token, "second@example.com", SlipwayApp.Password), Cancel));
        Assert.Equal(HttpStatusCode.Conflict, exception.Status);
    }

    [Fact]
    public async Task CompleteSetup_AtTheSameTime_MakesOneOwner()
    {
        await using var app = new SlipwayApp();
        var token = app.SetupToken;
        var attempts = Enumerable.Range(0, 8).Select(async number =>
        {
            using var http = app.Http();
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["setup_token"] = token, ["email"] = $"p{number}@example.com", ["password"] = SlipwayApp.Password,
            });
            return (await http.PostAsync("/api/3/setup.json", form, Cancel)).StatusCode;
        });
        Assert.Single(await Task.WhenAll(attempts), HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "a@example.com", SlipwayApp.Password, HttpStatusCode.Forbidden)]
    [InlineData(null, "a@example.com", "too short", HttpStatusCode.BadRequest)]
    [InlineData(null, "no address", SlipwayApp.Password, HttpStatusCode.BadRequest)]
    public async Task CompleteSetup_RefusesWrongTokenPasswordAndAddress(string? token, string email, string password, HttpStatusCode status)
    {
        await using var app = new SlipwayApp();
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() =>
            new SlipwayClient(app.Http()).Setup.CompleteAsync(new(token ?? app.SetupToken, email, password), Cancel));
        Assert.Equal(status, exception.Status);
        await app.GivenOwnerAsync();
    }

    [Fact]
    public async Task Start_WithoutTheMasterKey_IsRefused()
    {
        await using var app = new SlipwayApp();
        _ = app.Services;
        var start = app.Services.GetRequiredService<DatabaseStart>();
        var other = Path.Combine(app.DataDirectory, "other.key");
        var missing = new DatabaseStart(
            app.Services.GetRequiredService<IDbContextFactory<Slipway.Server.AppDb>>(),
            Microsoft.Extensions.Options.Options.Create(new DataOptions { DataDirectory = app.DataDirectory }),
            MasterKey.Load(other),
            new(MasterKey.Load(other).Derive("database")));
        await start.RunAsync(Cancel);
        var exception = await Assert.ThrowsAsync<StartException>(() => missing.RunAsync(Cancel));
        Assert.Contains(other, exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(other));
    }

    [Fact]
    public async Task Start_WithAnotherMasterKey_IsRefused()
    {
        await using var app = new SlipwayApp();
        var path = Path.Combine(app.DataDirectory, "wrong.key");
        await File.WriteAllBytesAsync(path, new byte[32], Cancel);
        var key = MasterKey.Load(path);
        var start = new DatabaseStart(
            app.Services.GetRequiredService<IDbContextFactory<Slipway.Server.AppDb>>(),
            Microsoft.Extensions.Options.Options.Create(new DataOptions { DataDirectory = app.DataDirectory }),
            key,
            new(key.Derive("database")));
        var exception = await Assert.ThrowsAsync<StartException>(() => start.RunAsync(Cancel));
        Assert.Contains("another database", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnTheDatabaseOfANewerVersion_IsRefused()
    {
        await using var app = new SlipwayApp();
        var start = app.Services.GetRequiredService<DatabaseStart>();
        await start.RunAsync(Cancel);
        await app.InDatabaseAsync(db => db.Database.ExecuteSqlAsync($"INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '99.0.0')", Cancel));
        var exception = await Assert.ThrowsAsync<StartException>(() => start.RunAsync(Cancel));
        Assert.Contains("29990101000000_Later", exception.Message, StringComparison.Ordinal);
    }
}
