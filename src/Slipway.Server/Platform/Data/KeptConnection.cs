using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Sqlite.Storage.Internal;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

namespace Slipway.Server.Platform.Data;

/// <summary>
/// A pooled context keeps its connection open, with the statements prepared on it: opening one, even out of the provider's pool, means to
/// declare some thirty functions to SQLite, which costs more than a small read. Only an internal type of the provider can say so.
/// </summary>
internal sealed class KeptConnection(
    RelationalConnectionDependencies dependencies,
    IRawSqlCommandBuilder commands,
    IDiagnosticsLogger<DbLoggerCategory.Infrastructure> logger) : SqliteRelationalConnection(dependencies, commands, logger)
{
    protected override void CloseDbConnection()
    {
        if (!IsReadOnly())
            return;
        SqliteConnection.ClearPool((SqliteConnection)DbConnection);
        base.CloseDbConnection();
    }

    protected override Task CloseDbConnectionAsync()
    {
        CloseDbConnection();
        return Task.CompletedTask;
    }

    // Opened while the file or its disk was so for a moment, it would stay so for ever.
    private bool IsReadOnly() => ((SqliteConnection)DbConnection).Handle is { } handle && raw.sqlite3_db_readonly(handle, "main") == 1;
}
