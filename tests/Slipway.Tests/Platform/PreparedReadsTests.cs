using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server;
using Slipway.Server.Platform.Data;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>Statements and connections that are kept must not keep anybody from seeing what was written, nor the database from being cleaned up.</summary>
public sealed class PreparedReadsTests : IDisposable
{
    private readonly SlipwayApp _app = new();

    private IDbContextFactory<AppDb> Contexts => _app.Services.GetRequiredService<IDbContextFactory<AppDb>>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Read_AfterOthersWrote_SeesIt()
    {
        await using var reader = await Contexts.CreateDbContextAsync(Stop);
        Assert.Null(await ValueAsync(reader, "a"));

        await WriteAsync("a", "1");

        Assert.Equal("1", await ValueAsync(reader, "a"));
        await WriteAsync("a", "2");
        Assert.Equal("2", await ValueAsync(reader, "a"));
    }

    [Fact]
    public async Task Read_WithinATransaction_SeesWhatItWrote()
    {
        await using var db = await Contexts.CreateDbContextAsync(Stop);
        Assert.Null(await ValueAsync(db, "a"));

        var seen = await db.WriteAsync(
            async token =>
            {
                db.Installation.Add(new() { Name = "a", Value = "1" });
                await db.SaveChangesAsync(token);
                return await ValueAsync(db, "a");
            },
            Stop);

        Assert.Equal("1", seen);
        Assert.Equal("1", await ValueAsync(db, "a"));
    }

    [Fact]
    public async Task Read_WithinAnotherOfTheSameText_ReadsItsOwn()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await WriteAsync(name, name + "!");
        await using var db = await Contexts.CreateDbContextAsync(Stop);

        List<string> pairs = [];
        foreach (var _ in new[] { 1, 2 })
            await foreach (var outer in From(db, "a").WithCancellation(Stop))
                await foreach (var inner in From(db, outer).WithCancellation(Stop))
                    pairs.Add(outer + inner);

        Assert.Equal(["aa", "ab", "ac", "bb", "bc", "cc", "aa", "ab", "ac", "bb", "bc", "cc"], pairs);
    }

    [Fact]
    public async Task Read_ThatIsCutOff_HoldsNothing()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await WriteAsync(name, "");
        await using var db = await Contexts.CreateDbContextAsync(Stop);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in From(db, "a").WithCancellation(cut.Token))
                await cut.CancelAsync();
        });
        await foreach (var _ in From(db, "a").WithCancellation(Stop))
            break;
        await WriteAsync("d", "");

        // A statement that still reads would keep the log of writes from being emptied.
        Assert.Equal(0, (await db.Database.SqlQueryRaw<int>("PRAGMA wal_checkpoint(TRUNCATE)").ToListAsync(Stop)).Single());
        Assert.Equal(0, new FileInfo(Path.Combine(_app.DataDirectory, "slipway.db-wal")).Length);
    }

    [Fact]
    public async Task Read_ThatFails_FailsNoLaterOne()
    {
        await using var db = await Contexts.CreateDbContextAsync(Stop);
        var broken = db.Database.SqlQueryRaw<int>("SELECT json('[') AS \"Value\"");
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => broken.ToListAsync(Stop));
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => broken.ToListAsync(Stop));

        Assert.Null(await ValueAsync(db, "a"));
    }

    [Fact]
    public async Task Read_AfterTheSchemaChanged_IsPreparedAnew()
    {
        await WriteAsync("a", "1");
        await using var db = await Contexts.CreateDbContextAsync(Stop);
        Assert.Equal("1", await ValueAsync(db, "a"));

        await db.Database.ExecuteSqlRawAsync("ALTER TABLE \"Installation\" ADD COLUMN \"Other\" TEXT", Stop);

        Assert.Equal("1", await ValueAsync(db, "a"));
    }

    private static Task<string?> ValueAsync(AppDb db, string name) =>
        db.Installation.AsNoTracking().Where(row => row.Name == name).Select(row => (string?)row.Value).FirstOrDefaultAsync(Stop);

    private static IAsyncEnumerable<string> From(AppDb db, string name) =>
        db.Installation.Where(row => row.Name.Length == 1 && string.Compare(row.Name, name) >= 0).OrderBy(row => row.Name).Select(row => row.Name).AsAsyncEnumerable();

    private async Task WriteAsync(string name, string value)
    {
        await using var db = await Contexts.CreateDbContextAsync(Stop);
        await db.WriteAsync(
            async token =>
            {
                if (await db.Installation.FirstOrDefaultAsync(row => row.Name == name, token) is { } row)
                    row.Value = value;
                else
                    db.Installation.Add(new() { Name = name, Value = value });
            },
            Stop);
    }
}
