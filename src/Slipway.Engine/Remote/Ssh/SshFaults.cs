using System.Net.Sockets;
using Renci.SshNet.Common;
using Slipway.Engine.Remote.Protocol;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>What goes wrong between here and a machine, in words that say what to do.</summary>
internal static class SshFaults
{
    public static bool IsTransport(Exception exception) =>
        exception is SshException or SocketException or IOException or ObjectDisposedException or TimeoutException;

    public static RemoteUnavailableException Describe(MachineSpec machine, Exception exception) => exception is SshAuthenticationException
        ? new(machine.Address, RemoteFault.KeyRefused,
            $"{machine.Address} refused the key of {machine.UserName}. Put the stack's public key into that user's authorized_keys, or correct the user name.",
            exception)
        : Unreachable(machine.Address, machine.Port, exception);

    public static RemoteUnavailableException Unreachable(string address, int port, Exception exception) => new(
        address, RemoteFault.Unreachable,
        $"{address} cannot be reached by SSH on port {port}: {exception.Message} Check that it is up, that sshd listens there, and that no firewall is in between.",
        exception);

    public static RemoteUnavailableException Lost(MachineSpec machine, string what, Exception? exception = null) => new(
        machine.Address, RemoteFault.Unreachable, $"The connection to {machine.Address} was lost while {what}.", exception);

    public static RemoteUnavailableException HostKeyChanged(MachineSpec machine, string shown, Exception exception) => new(
        machine.Address, RemoteFault.HostKeyChanged,
        $"{machine.Address} shows the host key {shown}, but {machine.HostKey} was pinned when it was enrolled. "
        + "If the machine was installed anew, pin the new key; otherwise somebody may be in between, so nothing was sent.",
        exception);

    /// <summary>Turns the helper's refusal into an exception.</summary>
    public static Exception From(MachineSpec machine, Frame fault)
    {
        var items = Packed.ReadText(fault.Payload.Span);
        var message = items[1];
        return items[0] switch
        {
            "fenced" => new RemoteUnavailableException(machine.Address, RemoteFault.Fenced, $"{machine.Address}: {message}. This work must stop."),
            "storage" => new RemoteUnavailableException(machine.Address, RemoteFault.StorageFull,
                $"{machine.Address} cannot write: {message}. Free some space there, then try again."),
            "notroot" => NotRoot(machine, message),
            "unsupported" => new RemoteUnavailableException(machine.Address, RemoteFault.Unsupported,
                $"{machine.Address} cannot be used: {message}. Slipway needs Debian or Ubuntu with systemd."),
            "refused" => new InvalidOperationException($"{machine.Address} refused the request: {message}."),
            _ => new IOException($"{machine.Address}: {message}"),
        };
    }

    public static RemoteUnavailableException NotRoot(MachineSpec machine, string message) => new(
        machine.Address, RemoteFault.NotRoot,
        $"{machine.UserName}@{machine.Address} is neither root nor allowed to use sudo without a password ({message}). "
        + "Sign in as root, or allow it in /etc/sudoers.d.");
}
