namespace Slipway.Server.Platform.Limits;

/// <summary>Shares this node's counts once a second, and once more at its end.</summary>
internal sealed partial class RateLimitSharing(RateLimits limits, TimeProvider time, ILogger<RateLimitSharing> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ShareAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await ShareAsync(stoppingToken);
    }

    private async Task ShareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await limits.ShareAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailure(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The counts of requests could not be shared; they are kept for the next try")]
    private partial void LogFailure(Exception exception);
}
