using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Slipway.Server.Settings;

/// <summary>A list of networks as people write it.</summary>
internal static class WebSources
{
    private const string Anywhere = "anywhere";
    private const int Most = 100;

    /// <summary>Null stands for everybody.</summary>
    public static bool TryParse(string text, out string? sources, [NotNullWhen(false)] out string? problem)
    {
        (sources, problem) = (null, null);
        var parts = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0 || (parts is [var only] && only.Equals(Anywhere, StringComparison.OrdinalIgnoreCase)))
            return true;
        if (parts.Length > Most)
            problem = $"value may name at most {Most} addresses.";
        else if (parts.FirstOrDefault(part => !IsNetwork(part)) is { } wrong)
            problem = $"value: '{wrong}' is no IP address and no network like 192.0.2.0/24. Separate several by commas; {Anywhere} stands for all.";
        else
            sources = string.Join(',', parts);
        return problem is null;
    }

    // Old forms like 127.1 or 0x7f.1 are addresses to .NET, and to firewalls something else or nothing.
    private static bool IsNetwork(string text)
    {
        var address = text.Split('/')[0];
        var isCanonical = IPAddress.TryParse(address, out var ip) && ip.ScopeId() == 0
            && (ip.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 || ip.ToString() == address);
        return isCanonical && (address.Length == text.Length || (IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(ip)));
    }

    private static long ScopeId(this IPAddress address) =>
        address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
