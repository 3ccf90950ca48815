namespace Slipway.Engine.Remote;

/// <summary>
/// A machine, on behalf of one stack. Lost connections are re-made; everything here can be repeated.
/// All members throw <see cref="RemoteUnavailableException"/> when the machine cannot be worked with.
/// </summary>
public interface IRemoteHost
{
    MachineSpec Machine { get; }

    /// <summary>
    /// Runs a command, or re-attaches to it by its ticket, and delivers its output line by line while it runs. Lines are delivered in order;
    /// the next one waits until the receiver is done. Cancelling ends the remote control group before the call ends; a command without
    /// ticket just loses its connection.
    /// </summary>
    Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken);

    /// <summary>Cancels a ticket's command, running or not; true when all its processes are confirmed to have ended.</summary>
    Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken);

    /// <summary>Forgets tickets and their files.</summary>
    Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken);

    /// <summary>Applies changes in order and returns the paths that were not as wanted before.</summary>
    Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken);

    /// <summary>Reads a file of at most 1 MiB; null where there is none.</summary>
    Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Connects to a Unix socket on the machine, as root. A connection that is lost is not re-made: its stream ends, or throws what was lost.
    /// </summary>
    /// <param name="socketPath">Path of the socket.</param>
    /// <param name="afterwards">A program that the machine runs when the connection is over, whatever ended it and without being asked; none where it is empty.</param>
    /// <param name="cancellationToken">Ends the wait for the connection, not the connection.</param>
    Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken);

    /// <summary>Opens a file of any size, to be read from its start to its end. Reading goes on where it was when a connection is lost.</summary>
    Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken);

    Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken);

    Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken);
}
