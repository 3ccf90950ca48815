using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Slipway.Server.Platform.Data;

/// <summary>Readers beside the writer, commits that survive a power cut, and patience with other processes.</summary>
internal sealed class SqliteConnectionSetup : DbConnectionInterceptor
{
    private const string Pragmas =
        "PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;";

    // A pooled connection keeps what it was told; telling it again with each use would cost as much as a small read.
    private readonly ConditionalWeakTable<sqlite3, object> _told = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        var handle = ((SqliteConnection)connection).Handle ?? throw new InvalidOperationException("An open connection has a handle.");
        if (_told.TryGetValue(handle, out _))
            return;
        using var command = connection.CreateCommand();
        // EF looks at a database through a connection that may not write, not even the mode of a file that somebody else made.
        command.CommandText = raw.sqlite3_db_readonly(handle, "main") == 1 ? Pragmas : "PRAGMA journal_mode=WAL; " + Pragmas;
        command.ExecuteNonQuery();
        _told.AddOrUpdate(handle, connection.DataSource);
    }

    // SQLite does nothing asynchronously.
    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
