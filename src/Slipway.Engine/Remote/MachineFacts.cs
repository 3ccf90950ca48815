namespace Slipway.Engine.Remote;

/// <summary>What a machine says of itself.</summary>
/// <param name="Distribution">ID of os-release: debian or ubuntu.</param>
/// <param name="Version">VERSION_ID of os-release: 12, 24.04.</param>
/// <param name="Codename">VERSION_CODENAME of os-release: bookworm.</param>
/// <param name="Architecture">As dpkg names it: amd64, arm64.</param>
/// <param name="HostName">The machine's own host name.</param>
/// <param name="Cores">Processors that are online.</param>
/// <param name="MemoryBytes">Physical memory, or the limit of the control group when that is lower.</param>
/// <param name="DiskFreeBytes">Free space of the file system that holds /var.</param>
/// <param name="Addresses">Global addresses, IPv4 first, without loopback and link-local ones.</param>
/// <param name="BootId">Changes with every start of the machine.</param>
public sealed record MachineFacts(
    string Distribution,
    string Version,
    string Codename,
    string Architecture,
    string HostName,
    int Cores,
    long MemoryBytes,
    long DiskFreeBytes,
    IReadOnlyList<string> Addresses,
    string BootId);
