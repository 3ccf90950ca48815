using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server;
using Slipway.Server.Platform.Data;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

public sealed class AppDbTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Model_EqualsTheMigrations_OfBothProviders()
    {
        await using AppDb sqlite = new SqliteAppDbFactory().CreateDbContext([]);
        await using AppDb postgres = new PostgresAppDbFactory().CreateDbContext([]);
        Assert.False(sqlite.Database.HasPendingModelChanges(), "SQLite lacks a migration; see docs/how-to/add-a-column.md.");
        Assert.False(postgres.Database.HasPendingModelChanges(), "PostgreSQL lacks a migration; see docs/how-to/add-a-column.md.");
    }

    [Fact]
    public async Task Writers_TakeTurns()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        var before = await EpochAsync();
        var writers = Enumerable.Range(0, 32).Select(_ => _app.ChangeAsync(async db =>
        {
            await db.WriteAsync(
                async cancel =>
                {
                    var stack = await db.Stacks.FirstAsync(cancel);
                    stack.Epoch++;
                },
                Cancel);
        }));
        await Task.WhenAll(writers);
        Assert.Equal(before + 32, await EpochAsync());

        Task<long> EpochAsync() => _app.InDatabaseAsync(db => db.Stacks.Select(stack => stack.Epoch).FirstAsync(Cancel));
    }

    [Fact]
    public async Task Write_ThatFails_LeavesNothing_AndLetsTheNextIn()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _app.ChangeAsync(db => db.WriteAsync(
            async cancel =>
            {
                (await db.Stacks.FirstAsync(cancel)).Name = "changed";
                await db.SaveChangesAsync(cancel);
                throw new InvalidTimeZoneException();
            },
            Cancel)));
        Assert.Equal("My app", await _app.InDatabaseAsync(db => db.Stacks.Select(stack => stack.Name).FirstAsync(Cancel)));
        await owner.GivenStackAsync("Next");
    }

    [Fact]
    public async Task Connection_IsSetUpToSurviveAPowerCut()
    {
        var settings = await _app.InDatabaseAsync(async db => new[]
        {
            await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync(Cancel),
            await db.Database.SqlQueryRaw<string>("SELECT CAST(synchronous AS TEXT) AS Value FROM pragma_synchronous").SingleAsync(Cancel),
            await db.Database.SqlQueryRaw<string>("SELECT CAST(foreign_keys AS TEXT) AS Value FROM pragma_foreign_keys").SingleAsync(Cancel),
        });
        Assert.Equal(["wal", "2", "1"], settings);
    }

    [Fact]
    public void Save_WithoutAwaiting_IsRefused()
    {
        using var scope = _app.Services.CreateScope();
        Assert.Throws<NotSupportedException>(() => scope.ServiceProvider.GetRequiredService<AppDb>().SaveChanges());
    }
}
