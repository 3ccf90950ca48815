using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slipway.Engine;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Platform.Telemetry;

/// <summary>What can be watched of the work: spans from action to step to remote command, and how long things took.</summary>
internal static class WorkTelemetry
{
    public const string Name = "Slipway";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Actions = Meter.CreateHistogram<double>("slipway.action.duration", "s", "From the first claim of an action to its end");
    private static readonly Histogram<double> Steps = Meter.CreateHistogram<double>("slipway.step.duration", "s", "How long a step of an action ran");
    private static readonly Histogram<double> Statements = Meter.CreateHistogram<double>("slipway.database.statement.duration", "s", "How long the database took for a statement");

    /// <summary>The span of an action, part of the trace of the request that asked for it; and the ids that all log lines get meanwhile.</summary>
    public static IDisposable Begin(ActionClaim claim, ILogger logger)
    {
        ActivityContext.TryParse(claim.TraceParent, null, isRemote: true, out var parent);
        var span = Source.StartActivity($"action {claim.Kind}", ActivityKind.Consumer, parent)?
            .SetTag("slipway.action.id", claim.ActionId).SetTag("slipway.stack.uid", claim.StackUid);
        return new Watched(span, logger.BeginScope(new Dictionary<string, object> { ["ActionId"] = claim.ActionId, ["StackUid"] = claim.StackUid }));
    }

    /// <param name="kind">Which kind of action ended.</param>
    /// <param name="took">Since its first claim, over all nodes that worked on it.</param>
    /// <param name="isSuccess">Whether all was done.</param>
    public static void RecordEnd(string kind, TimeSpan took, bool isSuccess)
    {
        Actions.Record(took.TotalSeconds, Tag("kind", kind), Tag("outcome", isSuccess ? "success" : "failure"));
        Activity.Current?.SetStatus(isSuccess ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
    }

    /// <summary>The same plan, with a span and a measured time for each of its steps.</summary>
    public static ActionPlan Watch(ActionPlan plan, string kind) => plan with
    {
        Steps = [.. plan.Steps.Select(step => step with { RunAsync = (run, token) => RunAsync(step, kind, run, token) })],
    };

    public static void RecordStatement(TimeSpan duration) => Statements.Record(duration.TotalSeconds);

    private static async Task RunAsync(Step<ActionRun> step, string kind, ActionRun run, CancellationToken cancellationToken)
    {
        using var span = Source.StartActivity($"step {step.Name}");
        var began = Stopwatch.GetTimestamp();
        var outcome = "failure";
        try
        {
            await step.RunAsync(run, cancellationToken);
            outcome = "success";
        }
        finally
        {
            span?.SetStatus(outcome == "success" ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            Steps.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, Tag("kind", kind), Tag("step", step.Name), Tag("outcome", outcome));
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private sealed class Watched(Activity? span, IDisposable? scope) : IDisposable
    {
        public void Dispose()
        {
            scope?.Dispose();
            span?.Dispose();
        }
    }
}
