using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Wakes stacks: one job for each, never twice at a time.</summary>
internal sealed partial class StackScheduler(ISchedulerFactory schedulers, ILogger<StackScheduler> logger)
{
    public void Wake(int stackId) => _ = WakeAsync(stackId, CancellationToken.None);

    /// <summary>A wake-up that is lost is made good by the sweep, so a failure is only written down.</summary>
    public async Task WakeAsync(int stackId, CancellationToken cancellationToken)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            var job = JobBuilder.Create<StackJob>().WithIdentity($"stack-{stackId}").UsingJobData(StackJob.StackIdKey, stackId).StoreDurably().Build();
            await scheduler.AddJob(job, AddJobOptions.Replacing, cancellationToken);
            await scheduler.TriggerJob(job.Key, new JobDataMap(), cancellationToken);
        }
        catch (SchedulerException exception)
        {
            LogWakeFailed(exception, stackId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stack {StackId} could not be woken; the sweep will")]
    private partial void LogWakeFailed(Exception exception, int stackId);
}
