using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Slipway.Server.Platform.Data;

namespace Slipway.Tests.Platform;

/// <summary>What the first version of the database held is there after all migrations since. The system tests do the same on PostgreSQL.</summary>
public sealed class MigrationTests : IDisposable
{
    private const string FirstSchema = "Initial";

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"slipway-migrated-{Guid.NewGuid():N}.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_file)!, Path.GetFileName(_file) + "*"))
            File.Delete(file);
    }

    [Fact]
    public async Task RowsOfTheFirstSchema_AreKept_WhenTwoMigrateAtOnce()
    {
        await using (var first = Open())
            await first.GetService<IMigrator>().MigrateAsync(FirstSchema, Cancel);
        await FillAsync();
        var before = await ReadAsync();
        Assert.True(before.Count > 15, "The first schema has too few tables to be believed.");

        await Task.WhenAll(MigrateAsync(), MigrateAsync());

        var after = await ReadAsync();
        foreach (var (table, row) in before)
        {
            var now = after[table];
            Assert.All(row, column => Assert.Equal(column.Value, now[column.Key]));
        }
    }

    private SqliteAppDb Open()
    {
        var options = new DbContextOptionsBuilder<SqliteAppDb>();
        AppDbSetup.UseSqlite(options, $"Data Source={_file};Pooling=False", AppDbParts.ForDesign(isOpenToSaves: false));
        return new(options.Options);
    }

    private async Task MigrateAsync()
    {
        await using var db = Open();
        await DatabaseStart.MigrateAsync(db, Cancel);
    }

    // One row in each table. All numbers are 1, so that each row refers to those there are.
    private async Task FillAsync()
    {
        await using var connection = await ConnectAsync();
        foreach (var table in await TablesAsync(connection))
        {
            var columns = await ListAsync(connection, $"SELECT name, type FROM pragma_table_info('{table}')");
            var values = columns.Select(column => column[1] switch
            {
                "INTEGER" => "1",
                "REAL" => "1.5",
                "BLOB" => "x'01'",
                _ => $"'{column[0]} of old'",
            });
            await using var insert = connection.CreateCommand();
            insert.CommandText = $"INSERT INTO \"{table}\" ({string.Join(", ", columns.Select(column => $"\"{column[0]}\""))}) VALUES ({string.Join(", ", values)})";
            await insert.ExecuteNonQueryAsync(Cancel);
        }
    }

    private async Task<Dictionary<string, Dictionary<string, string>>> ReadAsync()
    {
        Dictionary<string, Dictionary<string, string>> rows = [];
        await using var connection = await ConnectAsync();
        foreach (var table in await TablesAsync(connection))
        {
            var names = await ListAsync(connection, $"SELECT name FROM pragma_table_info('{table}')");
            var row = await ListAsync(connection, $"SELECT {string.Join(", ", names.Select(name => $"quote(\"{name[0]}\")"))} FROM \"{table}\"");
            if (row.Count > 0)
                rows[table] = names.Select((name, index) => (Name: name[0], Value: row[0][index])).ToDictionary(column => column.Name, column => column.Value);
        }
        return rows;
    }

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={_file};Pooling=False;Foreign Keys=False");
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private static async Task<List<string>> TablesAsync(SqliteConnection connection) =>
        [.. (await ListAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_\\_EF%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'")).Select(row => row[0])];

    private static async Task<List<string[]>> ListAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        List<string[]> rows = [];
        while (await reader.ReadAsync(Cancel))
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(index => $"{reader.GetValue(index)}")]);
        return rows;
    }
}
