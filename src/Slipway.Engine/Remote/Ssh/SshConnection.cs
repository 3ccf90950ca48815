using Renci.SshNet;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>A held connection and how many commands run on it. Guarded by its machine's lock.</summary>
internal sealed class SshConnection(SshClient client, long now)
{
    /// <summary>What sshd allows by default (MaxSessions).</summary>
    public const int MostSessions = 10;

    private volatile bool _isBroken;

    public int InUse { get; set; }

    public long LastUsed { get; set; } = now;

    public bool IsUsable => !_isBroken && client.IsConnected;

    public SshChannel Open(string constantCommand, Action closed) => new(client, constantCommand, closed);

    /// <summary>For a connection that says nothing any more, although nobody closed it.</summary>
    public void Break() => _isBroken = true;

    public void Close()
    {
        _isBroken = true;
        client.Dispose();
    }
}
