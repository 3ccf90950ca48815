namespace Slipway.Engine.Remote;

public enum RemoteOutcome
{
    /// <summary>The last program that ran ended by itself.</summary>
    Exited,

    /// <summary>The deadline passed and the control group was killed.</summary>
    TimedOut,

    /// <summary>Cancelled, and every process of it is confirmed to have ended.</summary>
    Cancelled,

    /// <summary>The machine was restarted, or lost its files, while it ran.</summary>
    Lost,
}

/// <summary>How a remote command ended.</summary>
/// <param name="Host">The machine's address.</param>
/// <param name="Command">The command's name.</param>
/// <param name="Outcome">Why it ended.</param>
/// <param name="ExitCode">Exit code of the last program that ran; 128 and the signal's number when a signal ended it.</param>
/// <param name="Tail">The last lines of output, at most 40.</param>
public sealed record RemoteResult(string Host, string Command, RemoteOutcome Outcome, int ExitCode, IReadOnlyList<string> Tail)
{
    public bool IsSuccess => Outcome is RemoteOutcome.Exited && ExitCode == 0;

    /// <summary>For questions whose exit code is the answer: a command that was killed at its deadline has answered neither yes nor no.</summary>
    /// <exception cref="RemoteException">The command did not end by itself.</exception>
    public RemoteResult EnsureEnded() => Outcome is RemoteOutcome.Exited ? this : throw new RemoteException(this);

    /// <exception cref="RemoteException">The command did not end with exit code 0.</exception>
    public RemoteResult EnsureSuccess() => IsSuccess ? this : throw new RemoteException(this);
}
