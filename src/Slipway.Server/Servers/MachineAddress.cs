using System.Net;
using System.Net.Sockets;

namespace Slipway.Server.Servers;

/// <summary>Which of a machine's addresses is which.</summary>
internal static class MachineAddress
{
    public static bool IsHost(string address) =>
        address is { Length: > 0 and <= 253 } && address[0] != '-'
        && Uri.CheckHostName(address) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    /// <summary>The first address of the family that is (or is not) private; the one that the machine is reached by counts first.</summary>
    public static string? Find(Machine machine, AddressFamily family, bool isPrivate)
    {
        var known = machine.Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend(machine.Address)
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null)
            .OfType<IPAddress>()
            .Where(address => address.AddressFamily == family)
            .ToList();
        // A machine behind nothing but its public address, or nothing but a private one, uses that for both.
        return (known.FirstOrDefault(address => IsPrivate(address) == isPrivate) ?? known.FirstOrDefault())?.ToString();
    }

    private static bool IsPrivate(IPAddress address) =>
        Private.Any(network => network.Contains(address)) || address.IsIPv6UniqueLocal;

    private static readonly IPNetwork[] Private =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10")];
}
