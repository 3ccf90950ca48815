namespace Slipway.Engine.Remote;

/// <summary>One or more programs to run on a machine, one after another until one fails. Nothing of it passes a shell.</summary>
public sealed record RemoteCommand
{
    /// <summary>What people see ("bundle install"), and with the step what tells this command from the others on the same machine.</summary>
    public required string Name { get; init; }

    /// <summary>The argument lists; the first element of each is the program.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Programs { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Working directory; by default /.</summary>
    public string? Directory { get; init; }

    /// <summary>The Unix user that runs it; by default root.</summary>
    public string? User { get; init; }

    /// <summary>Standard input of the first program; opened once for each attempt to start. By default empty.</summary>
    public Func<CancellationToken, Task<Stream>>? OpenInput { get; init; }

    /// <summary>All programs together must end within this time; then their control group is killed.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>
    /// Short, and may be repeated freely: it gets no ticket, and dies with its connection. Every other command that a step runs is given a
    /// ticket by the journal.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>
    /// Uses a processor for long: a machine runs as many of these at once as it has processors, whoever sent them, and says so to those that wait. They wait
    /// for <see cref="Deadline"/> at most.
    /// </summary>
    public bool IsHeavy { get; init; }

    /// <summary>Is left to itself once it has started: how it ends is not waited for, and what it prints is not read.</summary>
    public bool IsDetached { get; init; }

    /// <summary>
    /// Which run this is: lower-case hex, chosen by the caller. The same ticket is started once however often it is asked for, and outlives the
    /// connection. Null for repeatable commands, and for commands whose ticket the journal is still to choose.
    /// </summary>
    public string? Ticket { get; init; }

    /// <summary>Output up to this offset was seen before and is not delivered again.</summary>
    public long ResumeAt { get; init; }
}
