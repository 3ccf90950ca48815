namespace Slipway.Engine;

/// <summary>A named part of a longer work. It can run twice, and the journal remembers when it is done.</summary>
/// <param name="Name">What it does, in a few words that a user understands.</param>
/// <param name="RunAsync">Does it; an exception means that it failed.</param>
/// <typeparam name="TContext">What the steps of one work share.</typeparam>
public sealed record Step<TContext>(string Name, Func<TContext, CancellationToken, Task> RunAsync)
{
    /// <summary>Whether there is anything to do; asked when the step's turn has come.</summary>
    public Func<TContext, bool> When { get; init; } = _ => true;

    /// <summary>The step as a whole must be over by then, with all that it is tried again.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How often it is tried once more after a failure that may pass (<see cref="UserErrorException.IsTransient"/>), with pauses that double from two
    /// seconds. By default never.
    /// </summary>
    public int Retries { get; init; }

    /// <summary>Whether it keeps the node itself busy, so that only some of its kind run at once.</summary>
    public bool IsHeavy { get; init; }

    /// <summary>The same step within the same limits, as a part of a work that shares something else.</summary>
    public Step<TOther> As<TOther>(Func<TOther, CancellationToken, Task> runAsync, Func<TOther, bool> when) =>
        new(Name, runAsync) { When = when, Deadline = Deadline, Retries = Retries, IsHeavy = IsHeavy };
}
