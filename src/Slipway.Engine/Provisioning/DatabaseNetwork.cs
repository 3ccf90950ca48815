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
        return IsUsedFromElsewhere(stack, server) ? Checked(server) : Loopback;
    }

    /// <summary>Loopback always; the private address only when another server of the stack needs it.</summary>
    public static IReadOnlyList<string> ListenAddresses(StackSpec stack, ServerSpec server) =>
        IsUsedFromElsewhere(stack, server) ? [Loopback, Checked(server)] : [Loopback];

    /// <summary>The addresses, besides loopback, from which connections come.</summary>
    public static IReadOnlyList<string> ClientAddresses(StackSpec stack, ServerSpec server) =>
        IsUsedFromElsewhere(stack, server) ? [.. stack.WebServers.Select(Checked).Distinct().Order(StringComparer.Ordinal)] : [];

    /// <summary>A single address as a network: 10.0.0.5/32.</summary>
    public static string AsNetwork(string address) =>
        $"{address}/{(IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32)}";

    private static bool IsUsedFromElsewhere(StackSpec stack, ServerSpec server) => stack.WebServers.Any(user => user.Uid != server.Uid);

    private static string Checked(ServerSpec server) =>
        IPAddress.TryParse(server.PrivateAddress, out var address)
            ? address.ToString()
            : throw new UserErrorException(
                $"The private address of {server.Name} is '{server.PrivateAddress}'. Give it an IP address by which the stack's other servers reach it.");
}
