using Microsoft.Data.Sqlite;

namespace Slipway.Server.Platform.Data.Moving;

/// <summary>A database file as a thing to copy and to check.</summary>
internal static class SqliteFile
{
    private static readonly string[] Companions = ["-wal", "-shm"];

    public static string ConnectionString(DatabaseOptions database, DataOptions data) =>
        database.ConnectionString ?? $"Data Source={Path.Combine(data.DataDirectory, "slipway.db")}";

    /// <summary>Opens a file that must exist, for this use only.</summary>
    public static string Existing(string file) => new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString;

    /// <exception cref="StartException">The file is damaged, or no database.</exception>
    public static async Task CheckAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new SqliteConnection(Existing(file));
            await connection.OpenAsync(cancellationToken);
            await using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA integrity_check(1)";
            if (await check.ExecuteScalarAsync(cancellationToken) is not "ok")
                throw new StartException($"{file} is damaged. Take another backup.");
        }
        catch (SqliteException exception)
        {
            throw new StartException($"{file} is no database that can be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the whole database, as it is at one moment, into a new file that only its owner may read. The server may run meanwhile.</summary>
    public static async Task BackUpAsync(string connectionString, string file, CancellationToken cancellationToken)
    {
        await new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite })
            .DisposeAsync();
        await using (var connection = new SqliteConnection(connectionString))
        {
            await connection.OpenAsync(cancellationToken);
            await using var copy = connection.CreateCommand();
            copy.CommandText = "VACUUM INTO $file";
            copy.Parameters.AddWithValue("$file", file);
            await copy.ExecuteNonQueryAsync(cancellationToken);
        }
        // The copy has not the mode that ours are in, and whoever only reads could not give it that.
        await using var written = new SqliteConnection(Existing(file));
        await written.OpenAsync(cancellationToken);
        await using var mode = written.CreateCommand();
        mode.CommandText = "PRAGMA journal_mode=WAL";
        await mode.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Puts a file in the database's place. What was there is kept beside it.</summary>
    /// <returns>Where that is now; null when there was nothing.</returns>
    public static string? PutInPlace(string incoming, string database, DateTimeOffset now)
    {
        string? kept = null;
        if (File.Exists(database))
        {
            kept = $"{database}.replaced-{now:yyyyMMdd-HHmmss}";
            File.Move(database, kept);
        }
        // They belong to what was replaced, and would be taken for the new one's.
        foreach (var suffix in Companions.Where(suffix => File.Exists(database + suffix)))
            File.Move(database + suffix, $"{kept ?? database + ".replaced"}{suffix}", overwrite: true);
        File.Move(incoming, database);
        return kept;
    }
}
