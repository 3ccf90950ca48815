using System.Runtime.ExceptionServices;

namespace Slipway.Engine.Stacks;

/// <summary>The same work on several servers at once.</summary>
internal static class SideBySide
{
    /// <summary>The first failure ends the work on the other servers and is the one that is reported.</summary>
    public static async Task RunAsync(
        IEnumerable<ServerSpec> servers, Func<ServerSpec, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        await Task.WhenAll(servers.Select(async server =>
        {
            try
            {
                await work(server, others.Token);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, exception, null);
                await others.CancelAsync();
            }
        }));
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
    }
}
