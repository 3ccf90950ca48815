using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Slipway.Server.Platform.Data.Moving;

/// <summary>
/// Copies a SQLite database into an empty one on PostgreSQL: all tables of the model in one transaction, so that there is either all or nothing. What is sealed
/// is copied as it is; the same master key opens it there.
/// </summary>
internal sealed class DatabaseCopy(IDbContextFactory<AppDb> contexts, AppDbParts parts, DatabaseStart start)
{
    /// <returns>How many rows each table has.</returns>
    public async Task<IReadOnlyList<(string Table, long Rows)>> RunAsync(string file, CancellationToken cancellationToken)
    {
        await SqliteFile.CheckAsync(file, cancellationToken);
        var options = new DbContextOptionsBuilder<SqliteAppDb>();
        AppDbSetup.UseSqlite(options, SqliteFile.Existing(file), parts);
        await using var source = new SqliteAppDb(options.Options);
        await start.CheckAsync(source, cancellationToken);
        await using var target = await contexts.CreateDbContextAsync(cancellationToken);
        await DatabaseStart.MigrateAsync(target, cancellationToken);

        await source.Database.OpenConnectionAsync(cancellationToken);
        await target.Database.OpenConnectionAsync(cancellationToken);
        var (from, to) = ((SqliteConnection)source.Database.GetDbConnection(), (NpgsqlConnection)target.Database.GetDbConnection());
        // One view of all tables, whoever writes meanwhile.
        await using var view = from.BeginTransaction(deferred: true);
        await using var transaction = await to.BeginTransactionAsync(cancellationToken);
        var tables = target.Model.GetRelationalModel().Tables.OrderBy(table => table.Name, StringComparer.Ordinal).ToList();
        await RunAsync(to, "SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken);
        await RefuseUnlessEmptyAsync(to, tables, cancellationToken);
        await SwitchForeignKeysAsync(to, "DEFERRABLE INITIALLY DEFERRED", cancellationToken);
        List<(string, long)> copied = [];
        foreach (var table in tables)
            copied.Add((table.Name, await CopyAsync(from, to, table, source.Model, cancellationToken)));
        await RunAsync(to, "SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        await SwitchForeignKeysAsync(to, "NOT DEFERRABLE", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return copied;
    }

    private static async Task RefuseUnlessEmptyAsync(NpgsqlConnection to, IEnumerable<ITable> tables, CancellationToken cancellationToken)
    {
        foreach (var table in tables)
        {
            if (await ReadAsync<bool>(to, $"SELECT EXISTS (SELECT 1 FROM \"{table.Name}\")", cancellationToken))
                throw new StartException($"The database on PostgreSQL is not empty: there are rows in {table.Name}. Copy into a new one.");
        }
    }

    // Rows refer to each other in circles, so the keys are checked when all are there.
    private static async Task SwitchForeignKeysAsync(NpgsqlConnection to, string how, CancellationToken cancellationToken)
    {
        var statements = await ReadAsync<string?>(
            to,
            $"""
            SELECT string_agg(format('ALTER TABLE %I ALTER CONSTRAINT %I {how}', c.relname, k.conname), ';')
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'qrtz_%'
            """,
            cancellationToken);
        await RunAsync(to, statements!, cancellationToken);
    }

    private static async Task<long> CopyAsync(SqliteConnection from, NpgsqlConnection to, ITable table, IModel source, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Select(column => new CopiedColumn(column, source)).ToList();
        var names = string.Join(", ", columns.Select(column => $"\"{column.Name}\""));
        await using var read = from.CreateCommand();
        read.CommandText = $"SELECT {names} FROM \"{table.Name}\"";
        await using var rows = await read.ExecuteReaderAsync(cancellationToken);
        ulong written;
        await using (var import = await to.BeginBinaryImportAsync($"COPY \"{table.Name}\" ({names}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                await import.StartRowAsync(cancellationToken);
                foreach (var (index, column) in columns.Index())
                    await column.WriteAsync(import, rows.GetValue(index), cancellationToken);
            }
            written = await import.CompleteAsync(cancellationToken);
        }
        await SetSequenceAsync(to, table, cancellationToken);
        return await CheckCountAsync(from, to, table.Name, written, cancellationToken);
    }

    private static async Task SetSequenceAsync(NpgsqlConnection to, ITable table, CancellationToken cancellationToken)
    {
        foreach (var column in (table.PrimaryKey?.Columns ?? []).Where(column => column.StoreType is "integer" or "bigint"))
        {
            var sequence = $"""pg_get_serial_sequence('"{table.Name}"', '{column.Name}')""";
            await RunAsync(to, $"""SELECT setval({sequence}, max("{column.Name}")) FROM "{table.Name}" HAVING {sequence} IS NOT NULL AND count(*) > 0""", cancellationToken);
        }
    }

    private static async Task<long> CheckCountAsync(SqliteConnection from, NpgsqlConnection to, string table, ulong written, CancellationToken cancellationToken)
    {
        await using var count = from.CreateCommand();
        count.CommandText = $"SELECT count(*) FROM \"{table}\"";
        var wanted = Convert.ToInt64(await count.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        var there = await ReadAsync<long>(to, $"SELECT count(*) FROM \"{table}\"", cancellationToken);
        return wanted == there && (ulong)wanted == written
            ? there
            : throw new StartException($"{table} has {wanted} rows, but {there} arrived. Nothing was copied. Is a server running on the old database? Stop it.");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
