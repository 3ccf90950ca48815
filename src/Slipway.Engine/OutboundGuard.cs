using System.Net;
using System.Net.Sockets;

namespace Slipway.Engine;

/// <summary>
/// Decides which hosts that users name may be contacted. Private networks are normal for self-hosters; this machine itself,
/// link-local addresses (cloud metadata) and multicast are refused unless an administrator lists them.
/// </summary>
internal sealed class OutboundGuard(IReadOnlyList<IPNetwork> allowed, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "fe80::/10", "fec0::/10", "ff00::/8",
            // The metadata services of AWS (IPv6) and Alibaba stand in ranges that are otherwise private.
            "fd00:ec2::254/128", "100.100.100.200/32",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Resolves the host and gives the addresses that may be contacted. Connect to these and not to the name, which may resolve differently next time.</summary>
    public async Task<IReadOnlyList<IPAddress>> CheckAsync(string host, CancellationToken cancellationToken)
    {
        var found = await ResolveAsync(host, cancellationToken);
        IPAddress[] permitted = [.. found.Where(IsAllowed)];
        if (permitted.Length > 0)
            return permitted;
        throw new UserErrorException(
            $"The host {host} has the address {string.Join(", ", found.Take(3).Select(address => address.ToString()))}, which Slipway does not contact "
            + "because it belongs to this machine or to the local link. An administrator can add its network to the allowed networks.");
    }

    public bool IsAllowed(IPAddress address)
    {
        var plain = Unwrap(address);
        return allowed.Any(network => network.Contains(plain) || network.Contains(address))
            || !Refused.Any(network => network.Contains(plain));
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _resolve(host, cancellationToken);
            if (found.Length > 0)
                return found;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData))
        {
            throw new UserErrorException($"The name {host} cannot be looked up at the moment ({exception.Message}). Check the DNS settings of the Slipway server and try again.", exception);
        }
        catch (SocketException exception)
        {
            throw UnknownHost(host, exception);
        }
        catch (ArgumentException exception)
        {
            throw UnknownHost(host, exception);
        }

        throw UnknownHost(host, null);
    }

    private static UserErrorException UnknownHost(string host, Exception? cause) =>
        new($"There is no host named {host}. Check the address for typing mistakes.", cause);

    /// <summary>IPv6 addresses that stand for an IPv4 address are judged as that address.</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address))
            return new IPAddress(bytes.AsSpan(2, 4));
        var isEmbedded = Nat64.Contains(address)
            || (Compatible.Contains(address) && !address.Equals(IPAddress.IPv6Loopback) && !address.Equals(IPAddress.IPv6Any));
        return isEmbedded ? new IPAddress(bytes.AsSpan(12, 4)) : address;
    }
}
