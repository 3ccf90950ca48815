using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Engine.Commands.Docker;

/// <summary>
/// The addresses by which containers reach services wherever those are. They are no machine's: each server leads what its containers send there to
/// its nginx. So the stacks of a machine may have the same ones.
/// </summary>
internal static class ServiceAddresses
{
    /// <summary>Set aside for measurements of network devices, and never routed on the internet.</summary>
    public const string Network = "198.18.0.0/15";

    private const uint First = (198u << 24) | (18u << 16);
    private const uint Count = 1u << 17;

    /// <summary>An address for each service, made from its name; of two that would share one, the later one takes the next.</summary>
    public static IReadOnlyDictionary<string, string> For(IEnumerable<string> services)
    {
        var (addresses, taken) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<uint>());
        foreach (var service in services.Distinct(StringComparer.Ordinal))
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(service))) % Count;
            while (!taken.Add(number))
                number = (number + 1) % Count;
            addresses[service] = Text(First + number);
        }
        return addresses;
    }

    private static string Text(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
}
