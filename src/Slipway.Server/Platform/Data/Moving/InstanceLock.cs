using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Data.Moving;

/// <summary>A SQLite database belongs to one process at a time: a second server would not know of the first one's work. The lock ends with the process, however that ends.</summary>
internal sealed class InstanceLock(IOptions<DatabaseOptions> database, IOptions<DataOptions> data)
{
    /// <summary>The file of the SQLite database; null on PostgreSQL.</summary>
    public string? DatabaseFile => database.Value.Provider == DatabaseOptions.Postgres
        ? null
        : Path.GetFullPath(new SqliteConnectionStringBuilder(SqliteFile.ConnectionString(database.Value, data.Value)).DataSource);

    /// <summary>Null where nothing has to be locked.</summary>
    public IDisposable? Take() => DatabaseFile is { } file ? Take(file) : null;

    /// <summary>For that file, whatever database is configured.</summary>
    public static IDisposable Take(string file)
    {
        try
        {
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not DirectoryNotFoundException)
        {
            throw new StartException($"Another Slipway works with {file}. Stop it first.", exception);
        }
    }
}
