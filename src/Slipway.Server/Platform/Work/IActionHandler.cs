using Slipway.Engine;

namespace Slipway.Server.Platform.Work;

/// <summary>Knows how to do one kind of action.</summary>
internal interface IActionHandler
{
    /// <summary>Unique among all handlers; stored in <see cref="Actions.StackAction.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Makes the list of steps from the action's own row. It is made anew after a restart and must have the same names in the same order then.
    /// </summary>
    Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken);

    /// <summary>With the end of an action for which no plan could be made: what <see cref="ActionPlan.OnEndAsync"/> would have changed. By default nothing.</summary>
    Task EndUnplannedAsync(AppDb db, ActionRun run, ActionEnd end, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What an action consists of.</summary>
/// <param name="Steps">In order.</param>
internal sealed record ActionPlan(IReadOnlyList<Step<ActionRun>> Steps)
{
    /// <summary>Before the first step: changes rows in one transaction, once or more often. By default nothing.</summary>
    public Func<AppDb, CancellationToken, Task> OnStartAsync { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>After a failure or a cancel, and before the end: puts right what the steps left behind. It can run twice. By default nothing.</summary>
    public Func<CancellationToken, Task> OnFailureAsync { get; init; } = _ => Task.CompletedTask;

    /// <summary>With the action's end: changes rows in the same transaction. By default nothing.</summary>
    public Func<AppDb, ActionEnd, CancellationToken, Task> OnEndAsync { get; init; } = (_, _, _) => Task.CompletedTask;
}

/// <summary>How an action ended.</summary>
/// <param name="IsSuccess">Whether all steps are done.</param>
/// <param name="IsCancelled">Whether somebody cancelled it.</param>
/// <param name="Message">Why it failed; null when it did not.</param>
internal sealed record ActionEnd(bool IsSuccess, bool IsCancelled, string? Message);
