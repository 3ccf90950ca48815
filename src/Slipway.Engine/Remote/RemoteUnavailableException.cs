namespace Slipway.Engine.Remote;

/// <summary>Why a machine could not be worked with.</summary>
public enum RemoteFault
{
    /// <summary>No TCP connection, or it was lost and could not be re-made in time.</summary>
    Unreachable,

    /// <summary>sshd refused the key or the user.</summary>
    KeyRefused,

    /// <summary>The machine showed another host key than the pinned one.</summary>
    HostKeyChanged,

    /// <summary>The login is neither root nor allowed password-less sudo.</summary>
    NotRoot,

    /// <summary>A newer epoch has taken the stack's work over; this caller must stop.</summary>
    Fenced,

    /// <summary>Not Debian or Ubuntu, no systemd, or no Perl.</summary>
    Unsupported,

    /// <summary>The machine answers, but cannot write: no space left, or a read-only file system.</summary>
    StorageFull,
}

/// <summary>A machine that cannot be worked with. The message names the machine, the reason and what to do next.</summary>
public sealed class RemoteUnavailableException(string host, RemoteFault fault, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Host => host;

    public RemoteFault Fault => fault;
}
