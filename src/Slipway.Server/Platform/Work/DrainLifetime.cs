using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Slipway.Server.Platform.Work;

/// <summary>
/// What SIGTERM and Ctrl-C do: the node gives its work away at once, answers as long as the proxies need to look elsewhere, and then ends what is
/// under way. A second signal does not wait.
/// </summary>
internal sealed partial class DrainLifetime(
    RunningActions running, StackScheduler scheduler, IOptions<DrainOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DrainLifetime> logger)
    : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _count;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (Interlocked.Increment(ref _count) == 1)
                    _ = DrainAsync();
                else
                    lifetime.StopApplication();
            }));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private async Task DrainAsync()
    {
        LogDraining(running.Lanes.Count, options.Value.Delay);
        await scheduler.StandByAsync();
        await running.StopAsync();
        await Task.Delay(options.Value.Delay, time);
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Information, "Asked to end: {Count} stacks are left to others, and requests are answered for {Delay} more")]
    private partial void LogDraining(int count, TimeSpan delay);
}
