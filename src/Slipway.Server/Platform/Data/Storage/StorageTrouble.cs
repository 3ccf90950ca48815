using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Slipway.Server.Platform.Data.Storage;

/// <summary>Why the database cannot be written to, in a word for programs and a sentence for people.</summary>
internal sealed record StorageTrouble(string Reason, string Message)
{
    public const string Corrupt = "corrupt";

    public bool IsCorrupt => Reason == Corrupt;

    /// <summary>Null when the failure says nothing about the storage.</summary>
    public static StorageTrouble? Of(Exception exception) => exception switch
    {
        SqliteException sqlite => OfSqlite(sqlite.SqliteErrorCode),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => new("read_only", "The database is a standby or read-only: it takes no writes."),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => Full,
        PostgresException { SqlState: [ '5', '7', .. ] or [ '0', '8', .. ] or PostgresErrorCodes.TooManyConnections
            or "25P03" } => Unreachable,
        PostgresException => null,
        NpgsqlException or System.Net.Sockets.SocketException or TimeoutException => Unreachable,
        _ => null,
    };

    private static StorageTrouble Full => new("full", "There is no space left for the database. Make room; nothing needs to be restarted.");

    private static StorageTrouble Unreachable => new("unreachable", "The database cannot be reached.");

    private static StorageTrouble? OfSqlite(int code) => code switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(
            Corrupt, "The database file is damaged, and nothing is written any more. Stop Slipway and run: slipway-server database restore FILE (a backup)."),
        raw.SQLITE_FULL => Full,
        raw.SQLITE_READONLY => new("read_only", "The database file is read-only, or its disk is. Make it writable; nothing needs to be restarted."),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new("locked", "Another program holds the database file."),
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN => new("unreachable", "The database file cannot be read or written: its disk reports errors, or it is not there."),
        _ => null,
    };
}

/// <summary>A write that was refused because the storage is known to be damaged.</summary>
internal sealed class StorageException(StorageTrouble trouble) : Exception(trouble.Message)
{
    public StorageTrouble Trouble => trouble;
}
