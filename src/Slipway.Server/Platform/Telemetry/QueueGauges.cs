using System.Diagnostics.Metrics;
using Slipway.Server.Platform.Data.Storage;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Platform.Telemetry;

/// <summary>How much work waits, over all nodes, and runs, on this one; and whether the database takes writes.</summary>
internal sealed class QueueGauges : IDisposable
{
    private readonly Meter _meter = new(WorkTelemetry.Name);
    private volatile int _unfinished;

    public QueueGauges(RunningActions running, StorageState storage)
    {
        _meter.CreateObservableGauge("slipway.actions.unfinished", () => _unfinished, null, "Actions that wait or run, over all nodes");
        _meter.CreateObservableGauge("slipway.stacks.running", () => running.Lanes.Count, null, "Stacks that this node works on");
        _meter.CreateObservableGauge("slipway.storage.writable", () => storage.Trouble is null ? 1 : 0, null, "Whether the database takes writes");
        _meter.CreateObservableGauge("slipway.node.draining", () => running.IsStopping ? 1 : 0, null, "Whether this node takes no more work");
    }

    public void SetUnfinished(int count) => _unfinished = count;

    public void Dispose() => _meter.Dispose();
}
