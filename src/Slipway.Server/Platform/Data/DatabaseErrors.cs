using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Slipway.Server.Platform.Data.Storage;
using SQLitePCL;

namespace Slipway.Server.Platform.Data;

/// <summary>What a failure of the database means, whatever the provider.</summary>
internal static class DatabaseErrors
{
    /// <summary>Another row has the value that must be unique, or a row is gone that was to be changed or that this one needs: someone else was faster.</summary>
    public static bool IsConflict(Exception exception) => exception is DbUpdateConcurrencyException || Find(exception) switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == raw.SQLITE_CONSTRAINT,
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
        _ => false,
    };

    /// <summary>The transaction lost against another one and may be run again.</summary>
    public static bool IsTransient(Exception exception) => Find(exception) is { IsTransient: true };

    /// <summary>The database itself says that the transaction did not happen.</summary>
    public static bool IsRolledBack(Exception exception) => Find(exception) is SqliteException
        or PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>Locked by another process, out of space, or not there.</summary>
    public static bool IsUnavailable(Exception exception) => exception is StorageException or { InnerException: StorageException } || Find(exception) switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode
            is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_CORRUPT
            or raw.SQLITE_NOTADB,
        PostgresException postgres => StorageTrouble.Of(postgres) is not null || postgres.IsTransient,
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>Why the storage refuses, in words for whoever asked for something.</summary>
    public static string Explain(Exception exception) =>
        (exception as StorageException ?? exception.InnerException as StorageException)?.Message
        ?? (Find(exception) is { } found ? StorageTrouble.Of(found)?.Message : null) ?? "The database is locked or cannot be reached.";

    private static DbException? Find(Exception? exception)
    {
        while (exception is not null and not DbException)
            exception = exception.InnerException;
        return exception as DbException;
    }
}
