namespace Slipway.Contracts.Actions;

/// <summary>A piece of work that goes on after its request was answered. Poll it until <see cref="FinishedAt"/> is set.</summary>
public sealed record StackAction
{
    public required int Id { get; init; }

    /// <summary>E-mail address of who asked for it.</summary>
    public required string User { get; init; }

    /// <summary>stack or server.</summary>
    public required string ResourceType { get; init; }

    public required string Action { get; init; }

    /// <summary>The numeric id of the stack or server, as text.</summary>
    public required string ResourceId { get; init; }

    /// <summary>web, api or hook.</summary>
    public required string StartedVia { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Set together with <see cref="FinishedAt"/>.</summary>
    public bool? FinishedSuccess { get; init; }

    public string? FinishedMessage { get; init; }

    /// <summary>How many actions of the stack come before it; null once it has begun. Beyond the blueprint.</summary>
    public int? QueuePosition { get; init; }
}

/// <summary>One named part of an action's work. Beyond the blueprint.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Name">What it does, in a few words.</param>
/// <param name="State">waiting, running, done, skipped or failed.</param>
/// <param name="StartedAt">When it began, if it did.</param>
/// <param name="FinishedAt">When it ended, if it did.</param>
public sealed record ActionStep(int Number, string Name, string State, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>One line of an action's log. Beyond the blueprint.</summary>
/// <param name="Id">Increases from line to line; ask for the lines behind it with <c>since</c>.</param>
/// <param name="Time">When it was printed.</param>
/// <param name="Step">The step that printed it; empty outside of steps.</param>
/// <param name="Server">Name of the server it was printed on; empty for the control plane.</param>
/// <param name="Severity">info, warning or error.</param>
/// <param name="Text">The line, secrets redacted.</param>
public sealed record ActionLogLine(long Id, DateTimeOffset Time, string Step, string Server, string Severity, string Text);
