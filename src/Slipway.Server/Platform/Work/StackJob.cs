using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Does the unfinished actions of a stack's lane in order of arrival.</summary>
[DisallowConcurrentExecution]
internal sealed class StackJob(ActionExecutor executor, RunningActions running, StackScheduler scheduler) : IJob
{
    public const string LaneKey = "lane";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var lane = Lane.Parse(context.MergedJobDataMap.GetString(LaneKey)!);
        // A node that was taken for dead may still be busy with what it lost; until it notices, it must not begin anew.
        if (!running.TryTake(lane))
            return;
        try
        {
            while (await executor.RunNextAsync(lane))
            {
            }
        }
        finally
        {
            running.Release(lane);
        }
        // What this node leaves unfinished the others take up as soon as the job has ended.
        if (running.IsStopping)
            await scheduler.WakeAsync(lane, CancellationToken.None);
    }
}
