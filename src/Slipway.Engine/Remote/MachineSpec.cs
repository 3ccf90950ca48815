namespace Slipway.Engine.Remote;

/// <summary>How to reach a machine over SSH, and the host key that it must show.</summary>
/// <param name="Address">IPv4 or IPv6 address, or a host name.</param>
/// <param name="Port">Port of sshd, 1 to 65535.</param>
/// <param name="UserName">root, or a user with password-less sudo.</param>
/// <param name="PrivateKey">The private key in OpenSSH or PEM form, without passphrase.</param>
/// <param name="HostKey">The pinned fingerprint, as OpenSSH prints it: <c>SHA256:</c> and 43 base64 characters.</param>
public sealed record MachineSpec(string Address, int Port, string UserName, Secret PrivateKey, string HostKey);
