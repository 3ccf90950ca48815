namespace Slipway.Engine.Remote;

/// <summary>Held connections to machines, one for each, shared by all stacks.</summary>
public interface IRemoteHosts
{
    /// <summary>The machine on behalf of a stack. Nothing is connected before the first call.</summary>
    /// <param name="machine">Which.</param>
    /// <param name="scope">On whose behalf. Work for a stack is patient with a machine that does not answer at once, a look is not.</param>
    /// <param name="wasReached">Whether this work reached it before, from this process or another, so that it is waited for as after a lost connection.</param>
    IRemoteHost For(MachineSpec machine, RemoteScope scope, bool wasReached = false);

    /// <summary>Asks sshd for its host key, without signing in. Prefers ed25519.</summary>
    /// <returns>The fingerprint as OpenSSH prints it.</returns>
    Task<string> ReadHostKeyAsync(string address, int port, CancellationToken cancellationToken);

    /// <summary>Signs in, checks that the machine can be worked with (root, systemd, distribution), installs the helper and reads facts.</summary>
    Task<MachineFacts> EnrolAsync(MachineSpec machine, CancellationToken cancellationToken);

    /// <summary>Closes the connection to a machine that is no longer used or whose key changed.</summary>
    void Drop(MachineSpec machine);
}
