using System.Globalization;
using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Does a stack's unfinished actions in order of arrival.</summary>
[DisallowConcurrentExecution]
internal sealed class StackJob(ActionExecutor executor, RunningActions running, StackScheduler scheduler) : IJob
{
    public const string StackIdKey = "stack";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var stackId = int.Parse(context.MergedJobDataMap.GetString(StackIdKey)!, CultureInfo.InvariantCulture);
        // A node that was taken for dead may still be busy with what it lost; until it notices, it must not begin anew.
        if (!running.TryTake(stackId))
            return;
        try
        {
            while (await executor.RunNextAsync(stackId))
            {
            }
        }
        finally
        {
            running.Release(stackId);
        }
        // What this node leaves unfinished the others take up as soon as the job has ended.
        if (running.IsStopping)
            await scheduler.WakeAsync(stackId, CancellationToken.None);
    }
}
