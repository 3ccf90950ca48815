using System.Net;
using System.Net.Sockets;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>The one place that makes SSH clients: none leaves it without a check of the host key.</summary>
internal sealed class SshClients(EngineTimeouts timeouts, OutboundGuard guard)
{
    private static readonly string[] HostKeyPreference = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

    /// <summary>Signs in to a machine that shows the pinned host key.</summary>
    /// <exception cref="RemoteUnavailableException">It cannot be reached, shows another key, or refuses the login.</exception>
    public async Task<SshClient> ConnectAsync(MachineSpec machine, CancellationToken cancellationToken)
    {
        using var key = ReadPrivateKey(machine);
        using var login = new PrivateKeyAuthenticationMethod(machine.UserName, key);
        string? shown = null;
        var client = await CreateAsync(machine.Address, machine.Port, login, fingerprint =>
        {
            shown = fingerprint;
            return fingerprint == machine.HostKey;
        }, cancellationToken);
        try
        {
            await client.ConnectAsync(cancellationToken);
            client.KeepAliveInterval = timeouts.KeepAlive;
            return client;
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception))
        {
            client.Dispose();
            if (shown is not null && shown != machine.HostKey)
                throw SshFaults.HostKeyChanged(machine, shown, exception);
            throw SshFaults.Describe(machine, exception);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The fingerprint that sshd shows; the connection is given up before any login.</summary>
    public async Task<string> ReadHostKeyAsync(string address, int port, CancellationToken cancellationToken)
    {
        string? shown = null;
        using var login = new NoneAuthenticationMethod("slipway");
        using var client = await CreateAsync(address, port, login, fingerprint =>
        {
            shown = fingerprint;
            return false;
        }, cancellationToken);
        try
        {
            await client.ConnectAsync(cancellationToken);
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception))
        {
            return shown ?? throw SshFaults.Unreachable(address, port, exception);
        }
        throw new InvalidOperationException($"The connection to {address} went on although its host key was refused.");
    }

    private async Task<SshClient> CreateAsync(
        string address, int port, AuthenticationMethod login, Func<string, bool> isTrusted, CancellationToken cancellationToken)
    {
        var target = await ResolveAsync(address, port, cancellationToken);
        var connection = new ConnectionInfo(target, port, login.Username, login) { Timeout = timeouts.Connect };
        PreferPlainKeys(connection);
#pragma warning disable RS0030 // the only place
        var client = new SshClient(connection);
#pragma warning restore RS0030
        client.HostKeyReceived += (_, shown) => shown.CanTrust = isTrusted("SHA256:" + shown.FingerPrintSHA256);
        return client;
    }

    // The same order each time, or a machine with several keys would seem to change its key. Certificates have other fingerprints.
    private static void PreferPlainKeys(ConnectionInfo connection)
    {
        var known = connection.HostKeyAlgorithms
            .Where(algorithm => !algorithm.Key.Contains("-cert-", StringComparison.Ordinal))
            .OrderBy(algorithm => Array.IndexOf(HostKeyPreference, algorithm.Key) is var place and >= 0 ? place : HostKeyPreference.Length)
            .ToList();
        connection.HostKeyAlgorithms.Clear();
        foreach (var (name, algorithm) in known)
            connection.HostKeyAlgorithms.Add(name, algorithm);
    }

    private async Task<string> ResolveAsync(string address, int port, CancellationToken cancellationToken)
    {
        try
        {
            var found = await guard.CheckAsync(address, cancellationToken);
            return (found.FirstOrDefault(each => each.AddressFamily is AddressFamily.InterNetwork) ?? found[0]).ToString();
        }
        catch (UserErrorException exception)
        {
            throw new RemoteUnavailableException(address, RemoteFault.Unreachable, $"{address}, port {port}: {exception.Message}", exception);
        }
    }

    private static PrivateKeyFile ReadPrivateKey(MachineSpec machine)
    {
        try
        {
            using var text = new MemoryStream(Encoding.UTF8.GetBytes(machine.PrivateKey.Reveal().ReplaceLineEndings("\n")));
            return new PrivateKeyFile(text);
        }
        catch (Exception exception) when (exception is SshException or ArgumentException or FormatException or InvalidOperationException
            or NotSupportedException or System.Security.Cryptography.CryptographicException)
        {
            throw new RemoteUnavailableException(machine.Address, RemoteFault.KeyRefused,
                $"The private key for {machine.UserName}@{machine.Address} cannot be read. Give it in OpenSSH or PEM form, without a passphrase.", exception);
        }
    }
}
