using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Telemetry;

namespace Slipway.Server.Platform.Work;

/// <summary>Wakes every stack that has unfinished work: all at start, then what a lost wake-up left behind; and passes cancels on.</summary>
internal sealed partial class WorkService(
    IServiceScopeFactory scopes, StackScheduler scheduler, RunningActions running, QueueGauges gauges, TimeProvider time, ILogger<WorkService> logger)
    : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogSweepFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await running.StopAsync();
        await base.StopAsync(cancellationToken);
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var unfinished = await ActionJournal.Due(db).AsNoTracking()
            .Select(action => new { action.Id, action.StackId, action.IsBeside, action.CancelledBy }).ToListAsync(cancellationToken);
        foreach (var action in unfinished.Where(action => action.CancelledBy is not null))
            await running.CancelAsync(action.Id);
        gauges.SetUnfinished(unfinished.Count);
        if (unfinished.Count == 0)
            return;
        if (running.IsStopping)
            return;
        var awake = await scheduler.ReadAwakeAsync(cancellationToken);
        foreach (var lane in unfinished.Select(action => new Lane(action.StackId, action.IsBeside)).Distinct().Where(lane => !awake.Contains(lane) && !running.IsBusy(lane)))
            await scheduler.WakeAsync(lane, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look for unfinished work; trying again")]
    private partial void LogSweepFailed(Exception exception);
}
