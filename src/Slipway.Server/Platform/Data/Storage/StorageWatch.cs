using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Slipway.Server.Platform.Telemetry;

namespace Slipway.Server.Platform.Data.Storage;

/// <summary>Sees every failure of the database, and lets nothing be written to a damaged file.</summary>
internal sealed class StorageWatch(StorageState state) : DbCommandInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor
{
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Guard(command);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Guard(command);
        return new(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Guard(command);
        return result;
    }

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        WorkTelemetry.RecordStatement(eventData.Duration);
        return new(result);
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        WorkTelemetry.RecordStatement(eventData.Duration);
        return new(result);
    }

    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => state.Report(eventData.Exception);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        state.Report(eventData.Exception);
        return Task.CompletedTask;
    }

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => state.Report(eventData.Exception);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        state.Report(eventData.Exception);
        return Task.CompletedTask;
    }

    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => state.Report(eventData.Exception);

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        state.Report(eventData.Exception);
        return Task.CompletedTask;
    }

    private void Guard(DbCommand command)
    {
        if (state.Trouble is not null && !command.CommandText.StartsWith("SELECT", StringComparison.Ordinal))
            state.RefuseIfCorrupt();
    }
}
