using System.Net;
using System.Net.Sockets;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>Where the databases of a stack listen, and from where they are used: only where the code runs.</summary>
internal static class DatabaseNetwork
{
    public const string Loopback = "127.0.0.1";

    /// <summary>The address by which the stack's code reaches a database.</summary>
    public static string AddressOf(StackSpec stack, DatabaseSpec database)
    {
        if (database.IsExternal)
            return database.Address ?? "";
        var server = stack.Servers.First(server => server.Uid == database.ServerUid);
        return IsUsedFromElsewhere(stack, server) ? Checked(stack, server) : Loopback;
    }

    /// <summary>Loopback always; the private address only when another server of the stack needs it, or a container.</summary>
    public static IReadOnlyList<string> ListenAddresses(StackSpec stack, ServerSpec server) =>
        IsUsedFromElsewhere(stack, server) ? [Loopback, Checked(stack, server)] : [Loopback];

    /// <summary>The addresses and networks, besides loopback, from which connections come.</summary>
    public static IReadOnlyList<string> ClientAddresses(StackSpec stack, ServerSpec server) => IsUsedFromElsewhere(stack, server)
        ? [.. stack.WebServers.Select(user => Checked(stack, user)).Distinct().Order(StringComparer.Ordinal), .. server.ContainerNetworks]
        : [];

    /// <summary>An address as a network, 10.0.0.5/32; a network as it is.</summary>
    public static string AsNetwork(string address) => address.Contains('/', StringComparison.Ordinal)
        ? address
        : $"{address}/{(IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)}";

    /// <summary>A network as MariaDB knows it, 172.18.0.0/255.255.0.0; an address as it is.</summary>
    public static string WithMask(string address) => !IPNetwork.TryParse(address, out var network)
        ? address
        : $"{network.BaseAddress}/{new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder((int)(uint.MaxValue << (32 - network.PrefixLength)))))}";

    /// <summary>The address by which the stack's other servers reach it, in the one way to write it.</summary>
    public static string PrivateAddressOf(ServerSpec server) =>
        IPAddress.TryParse(server.PrivateAddress, out var address)
            ? address.ToString()
            : throw new UserErrorException(
                $"The private address of {server.Name} is '{server.PrivateAddress}'. Give it an IP address by which the stack's other servers reach it.");

    // A container's loopback is its own. From elsewhere it comes by its network on the same machine, and by its machine's address on others.
    private static bool IsUsedFromElsewhere(StackSpec stack, ServerSpec server) => stack.WebServers.Any(user => stack.IsDocker || user.Uid != server.Uid);

    private static string Checked(StackSpec stack, ServerSpec server)
    {
        var address = IPAddress.Parse(PrivateAddressOf(server));
        if (stack.IsDocker && (address.AddressFamily is not AddressFamily.InterNetwork || IPAddress.IsLoopback(address)))
            throw new UserErrorException(
                $"The private address of {server.Name} is '{server.PrivateAddress}', by which containers do not reach databases. Give the machine an IPv4 address beyond loopback, "
                + "and add it to the stack by that.");
        return address.ToString();
    }
}
