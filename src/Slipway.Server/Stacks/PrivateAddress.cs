using System.Net;

namespace Slipway.Server.Stacks;

/// <summary>The address by which a stack's servers reach each other.</summary>
internal static class PrivateAddress
{
    private static readonly IPNetwork[] Private =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10")];

    /// <summary>
    /// The address that people gave, if it is the machine's own; else a private one of the machine, which is one behind address translation.
    /// </summary>
    public static string Of(IReadOnlyList<string> addresses, string given)
    {
        if (addresses.Count == 0 || addresses.Contains(given))
            return given;
        return addresses.FirstOrDefault(IsPrivate) ?? addresses[0];
    }

    private static bool IsPrivate(string address) =>
        IPAddress.TryParse(address, out var ip) && Private.Any(network => network.Contains(ip));
}
