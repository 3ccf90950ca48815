namespace Slipway.Contracts.Servers;

/// <summary>A machine to be enrolled and given a place in a stack. Debian or Ubuntu with systemd.</summary>
public sealed record AddServer
{
    /// <summary>IP address or host name.</summary>
    public required string Address { get; init; }

    /// <summary>Port of sshd.</summary>
    public int Port { get; init; } = 22;

    /// <summary>root, or a user with password-less sudo.</summary>
    public string UserName { get; init; } = "root";

    /// <summary>
    /// A private key that opens the machine now. It is used once, to put the stack's own key there, and not kept.
    /// Not needed where the stack's public key is on the machine already.
    /// </summary>
    public string? PrivateKey { get; init; }

    /// <summary>The host key's fingerprint as it was shown; without it the first key seen is pinned.</summary>
    public string? HostKey { get; init; }

    /// <summary>By default the name of an animal; unique in the stack.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for: web, docker, build, postgresql, mysql, redis, memcached. By default web (docker in a Docker stack) and every database that has no server yet.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>What a machine shows before anyone signs in to it.</summary>
/// <param name="Address">The address asked.</param>
/// <param name="Port">The port asked.</param>
/// <param name="Fingerprint">SHA256 fingerprint of its host key, as OpenSSH prints it.</param>
public sealed record HostKey(string Address, int Port, string Fingerprint);
