using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Slipway.Server.Platform.Data.Storage;
using SQLitePCL;

namespace Slipway.Server.Platform.Data;

/// <summary>What a failure of the database means, whatever the provider.</summary>
internal static class DatabaseErrors
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

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
    public static bool IsUnavailable(Exception exception) => exception is StorageException or { InnerException: StorageException } || IsOfTheLine(exception) || Find(exception) switch
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

    /// <summary>Does it again, in a while, as long as the database cannot be reached: what runs on machines waits for it.</summary>
    public static async Task<T> PersistAsync<T>(Func<Task<T>> work, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (IsUnavailable(exception) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // Npgsql lets these through as they are when a name is not resolved, or an answer does not come. Others throw them, too.
    private static bool IsOfTheLine(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is SocketException or TimeoutException && exception.StackTrace?.Contains(" Npgsql.", StringComparison.Ordinal) == true)
                return true;
        return false;
    }

    private static DbException? Find(Exception? exception)
    {
        while (exception is not null and not DbException)
            exception = exception.InnerException;
        return exception as DbException;
    }
}
