using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Wakes stacks: one job and one trigger for each, never twice at a time over all nodes.</summary>
internal sealed partial class StackScheduler(ISchedulerFactory schedulers, ILogger<StackScheduler> logger)
{
    private const string JobName = "stack-";

    public void Wake(int stackId) => _ = WakeAsync(stackId, CancellationToken.None);

    /// <summary>A wake-up that is lost is made good by the sweep, so a failure is only written down.</summary>
    public async Task WakeAsync(int stackId, CancellationToken cancellationToken)
    {
        try
        {
            var scheduler = await schedulers.GetScheduler(cancellationToken);
            var name = $"{JobName}{stackId}";
            // Recovery: when its node dies in the middle, another one runs it again.
            var job = JobBuilder.Create<StackJob>().WithIdentity(name).UsingJobData(StackJob.StackIdKey, $"{stackId}").RequestRecovery(true).Build();
            var trigger = TriggerBuilder.Create().WithIdentity(name).StartNow().Build();
            await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellationToken);
        }
        catch (SchedulerException exception)
        {
            LogWakeFailed(exception, stackId);
        }
    }

    /// <summary>Takes no more work on this node; what others are woken for is not in their way.</summary>
    public async Task StandByAsync() => await (await schedulers.GetScheduler()).Standby();

    /// <summary>The stacks that some node works on, and those that are woken already.</summary>
    public async Task<IReadOnlySet<int>> ReadAwakeAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var running = await scheduler.QueryFireInstances(new() { State = null, Take = PagedQuery.All }, cancellationToken);
        var waiting = await scheduler.QueryTriggers(new() { Take = PagedQuery.All }, cancellationToken);
        var jobs = running.Items.Select(instance => instance.JobKey)
            .Concat(waiting.Items.Where(trigger => trigger.State is TriggerState.Normal or TriggerState.Blocked).Select(trigger => trigger.JobKey));
        return jobs.OfType<JobKey>().Where(job => job.Name.StartsWith(JobName, StringComparison.Ordinal))
            .Select(job => int.Parse(job.Name.AsSpan(JobName.Length), System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stack {StackId} could not be woken; the sweep will")]
    private partial void LogWakeFailed(Exception exception, int stackId);
}
