namespace Slipway.Server.Platform.Schedules;

/// <summary>Looks each second for what is due.</summary>
internal sealed partial class ScheduleService(DueWork due, TimeProvider time, ILogger<ScheduleService> logger) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        var isPrepared = false;
        do
        {
            try
            {
                if (!isPrepared)
                    await due.PrepareAsync(stoppingToken);
                isPrepared = true;
                await due.RunDueAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogLookFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Could not look for what is due; trying again")]
    private partial void LogLookFailed(Exception exception);
}
