using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Data.Storage;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>A SQLite file that somebody else holds, or that is damaged. A full disk is tried on a real one, in the system tests.</summary>
public sealed class StorageTests : IAsyncDisposable
{
    private const int PageSize = 4096;

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DatabaseFile => Path.Combine(_app.DataDirectory, "slipway.db");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task LockedFile_RefusesWrites_UntilItIsFree()
    {
        var owner = await _app.GivenOwnerAsync();
        await using (var other = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False"))
        {
            await other.OpenAsync(Cancel);
            await using var hold = other.CreateCommand();
            hold.CommandText = "BEGIN IMMEDIATE";
            await hold.ExecuteNonQueryAsync(Cancel);

            var (status, body) = await WriteAsync(owner, "while locked");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Equal("unavailable", (string?)body["error"]);
            Assert.Contains("holds the database file", (string?)body["details"], StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await owner.SendAsync(HttpMethod.Get, "/api/3/stacks.json")).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await WriteAsync(owner, "when free")).Status);
        Assert.Null(await _app.Services.GetRequiredService<StorageProbe>().TryAsync(Cancel));
    }

    [Fact]
    public async Task DamagedFile_StopsAllWrites_AndNamesTheCommand()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        await _app.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", Cancel));
        await using (var file = new FileStream(DatabaseFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(RandomNumberGenerator.GetBytes((int)file.Length));
        await ForgetPagesAsync();

        var (status, body) = await WriteAsync(owner, "on damage");
        var damaged = await File.ReadAllBytesAsync(DatabaseFile, Cancel);
        var (again, _) = await WriteAsync(owner, "on damage");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (status, again));
        Assert.Contains("slipway-server database restore", (string?)body["details"], StringComparison.Ordinal);
        Assert.Equal("corrupt", (await _app.Services.GetRequiredService<StorageProbe>().TryAsync(Cancel))?.Reason);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(DatabaseFile, Cancel));
        await Assert.ThrowsAsync<StorageException>(() => _app.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("DELETE FROM \"Stacks\"", Cancel)));
    }

    [Fact]
    public async Task DamageBehindTheFirstRow_IsSeen_WhenTheRowsAreRead()
    {
        const string Last = "the last line of all";
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        await _app.InDatabaseAsync(async db =>
        {
            var action = await db.Actions.FirstAsync(Cancel);
            db.LogLines.AddRange(Enumerable.Range(0, 100).Select(number => new LogLine
            {
                ActionId = action.Id, Step = "", Server = "", Severity = "info", Text = number < 99 ? new('x', 1000) : Last,
            }));
            await db.SaveChangesAsync(Cancel);
            // Answers 1 as long as somebody still reads what it would move into the file.
            while (await db.Database.SqlQueryRaw<int>("PRAGMA wal_checkpoint(TRUNCATE)").ToListAsync(Cancel) is not [0])
                await Task.Yield();
            return 0;
        });
        var place = File.ReadAllBytes(DatabaseFile).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Last));
        await using (var file = new FileStream(DatabaseFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = place / PageSize * PageSize;
            file.Write(RandomNumberGenerator.GetBytes(PageSize));
        }
        await ForgetPagesAsync();
        var state = _app.Services.GetRequiredService<StorageState>();

        var read = 0;
        await Assert.ThrowsAsync<SqliteException>(() => _app.InDatabaseAsync(async db =>
        {
            await foreach (var _ in db.LogLines.AsNoTracking().OrderBy(line => line.Id).AsAsyncEnumerable())
                read++;
            return read;
        }));

        Assert.InRange(read, 1, 99);
        Assert.Equal("corrupt", state.Trouble?.Reason);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await WriteAsync(owner, "on damage")).Status);
    }

    [Theory]
    [InlineData(8, "read_only")]
    [InlineData(10, "unreachable")]
    [InlineData(13, "full")]
    [InlineData(26, "corrupt")]
    [InlineData(19, null)]
    public void Failure_OfSqlite_IsUnderstood(int code, string? reason) =>
        Assert.Equal(reason, StorageTrouble.Of(new SqliteException("failed", code))?.Reason);

    private static Task<(HttpStatusCode Status, JsonNode Body)> WriteAsync(Person person, string name) =>
        person.SendAsync(HttpMethod.Post, "/api/3/tokens.json", JsonContent.Create(new { name, scopes = "public" }));

    // What connections have read before they may keep in memory.
    private async Task ForgetPagesAsync()
    {
        SqliteConnection.ClearAllPools();
        await _app.InDatabaseAsync(async db =>
        {
            foreach (var _ in Enumerable.Range(0, 8))
                await db.Database.ExecuteSqlRawAsync("PRAGMA shrink_memory", Cancel);
            return true;
        });
    }
}
