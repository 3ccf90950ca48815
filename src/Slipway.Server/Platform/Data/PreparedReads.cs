using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Slipway.Server.Platform.Data;

/// <summary>Lets a read run again on the statement that SQLite prepared for it before: preparing anew, as the provider does, is more than half of its cost.</summary>
internal sealed class PreparedReads : DbCommandInterceptor
{
    private readonly ConditionalWeakTable<DbConnection, Statements> _statements = [];

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (!command.CommandText.StartsWith("SELECT", StringComparison.Ordinal))
            return new(result);
        var rows = _statements.GetValue(command.Connection!, _ => new()).Read((SqliteCommand)command);
        return new(InterceptionResult<DbDataReader>.SuppressWithResult(rows));
    }

    public override InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (command.Connection is { } connection && _statements.TryGetValue(connection, out var statements))
            statements.Free(eventData.DataReader);
        return result;
    }

    /// <summary>Those of one connection. They end with it, for it knows all its commands.</summary>
    private sealed class Statements
    {
        /// <summary>More texts than the server has; only lists of values of many lengths reach it.</summary>
        private const int MaxCount = 256;

        private readonly Dictionary<string, SqliteCommand> _idle = [];
        private readonly Dictionary<DbDataReader, SqliteCommand> _busy = [];

        public SqliteDataReader Read(SqliteCommand asked)
        {
            if (!_idle.Remove(asked.CommandText, out var command))
            {
                if (_idle.Count + _busy.Count >= MaxCount)
                    Forget();
                command = new(asked.CommandText, asked.Connection);
            }
            command.Transaction = asked.Transaction;
            command.CommandTimeout = asked.CommandTimeout;
            command.Parameters.Clear();
            foreach (SqliteParameter parameter in asked.Parameters)
                command.Parameters.Add(parameter);
            try
            {
                var rows = command.ExecuteReader();
                _busy.Add(rows, command);
                return rows;
            }
            catch
            {
                command.Dispose();
                throw;
            }
        }

        /// <summary>The same text may have been read twice at a time.</summary>
        public void Free(DbDataReader rows)
        {
            if (_busy.Remove(rows, out var command) && !(rows.IsClosed && _idle.TryAdd(command.CommandText, command)))
                command.Dispose();
        }

        private void Forget()
        {
            foreach (var command in _idle.Values)
                command.Dispose();
            _idle.Clear();
        }
    }
}
