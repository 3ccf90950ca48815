using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Platform.Data.Storage;

/// <summary>Tries whether the database takes a write: when somebody asks, and every second while it did not. So all is well again as soon as the cause is gone.</summary>
internal sealed partial class StorageProbe(IServiceScopeFactory scopes, StorageState state, TimeProvider time, ILogger<StorageProbe> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private long? _tried;

    /// <summary>Null when it takes writes.</summary>
    public async Task<StorageTrouble?> TryAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_tried is not { } tried || state.Trouble is not null || time.GetElapsedTime(tried) > Interval)
                await WriteAsync(cancellationToken);
            return state.Trouble;
        }
        finally
        {
            _gate.Release();
        }
    }

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        StorageTrouble? told = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (state.Trouble is { IsCorrupt: false })
                await TryAsync(stoppingToken);
            if (state.Trouble is { } trouble && trouble != told)
                LogTrouble(trouble.Reason, trouble.Message);
            else if (state.Trouble is null && told is not null)
                LogWell();
            told = state.Trouble;
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AppDb>();
            await db.WriteAsync(
                async token =>
                {
                    var row = await db.Installation.FirstOrDefaultAsync(value => value.Name == InstallationValue.WriteProbe, token);
                    if (row is null)
                        db.Installation.Add(row = new() { Name = InstallationValue.WriteProbe, Value = "" });
                    row.Value = $"{time.GetUtcNow():O}";
                },
                cancellationToken);
            _tried = time.GetTimestamp();
            state.Clear();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What it means was seen by the watch, unless no connection could be had at all. Nothing may end the one who looks whether all is well again.
            state.Report(exception.GetBaseException());
        }
    }

    [LoggerMessage(LogLevel.Error, "The database takes no writes ({Reason}): {Message}")]
    private partial void LogTrouble(string reason, string message);

    [LoggerMessage(LogLevel.Information, "The database takes writes again")]
    private partial void LogWell();
}
