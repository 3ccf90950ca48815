using Quartz;

namespace Slipway.Server.Platform.Work;

/// <summary>Does a stack's unfinished actions in order of arrival.</summary>
[DisallowConcurrentExecution]
internal sealed class StackJob(ActionExecutor executor) : IJob
{
    public const string StackIdKey = "stack";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var stackId = context.MergedJobDataMap.GetInt(StackIdKey);
        while (await executor.RunNextAsync(stackId))
        {
        }
    }
}
