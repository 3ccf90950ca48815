using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Wakes stacks: one job and one trigger for each of its lanes, never twice at a time over all nodes.</summary>
internal sealed partial class StackScheduler(ISchedulerFactory schedulers, ILogger<StackScheduler> logger)
{
    private const string JobName = "stack-";

    public void Wake(Lane lane) => _ = WakeAsync(lane, CancellationToken.None);

    /// <summary>A wake-up that is lost is made good by the sweep, so a failure is only written down.</summary>
    public async Task WakeAsync(Lane lane, CancellationToken cancellationToken)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            var name = $"{JobName}{lane}";
            // Recovery: when its node dies in the middle, another one runs it again.
            var job = JobBuilder.Create<StackJob>().WithIdentity(name).UsingJobData(StackJob.LaneKey, $"{lane}").RequestRecovery(true).Build();
            var trigger = TriggerBuilder.Create().WithIdentity(name).StartNow().Build();
            await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellationToken);
        }
        catch (SchedulerException exception)
        {
            LogWakeFailed(exception, lane);
        }
    }

    /// <summary>Takes no more work on this node; what others are woken for is not in their way.</summary>
    public async Task StandByAsync() => await (await schedulers.GetScheduler()).Standby();

    /// <summary>The lanes that some node works on, and those that are woken already.</summary>
    public async Task<IReadOnlySet<Lane>> ReadAwakeAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var running = await scheduler.QueryFireInstances(new() { State = null, Take = PagedQuery.All }, cancellationToken);
        var waiting = await scheduler.QueryTriggers(new() { Take = PagedQuery.All }, cancellationToken);
        var jobs = running.Items.Select(instance => instance.JobKey)
            .Concat(waiting.Items.Where(trigger => trigger.State is TriggerState.Normal or TriggerState.Blocked).Select(trigger => trigger.JobKey));
        return jobs.OfType<JobKey>().Where(job => job.Name.StartsWith(JobName, StringComparison.Ordinal))
            .Select(job => Lane.Parse(job.Name[JobName.Length..])).ToHashSet();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stack {Lane} could not be woken; the sweep will")]
    private partial void LogWakeFailed(Exception exception, Lane lane);
}
