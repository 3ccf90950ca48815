using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>
/// Chooses the host ports of a container. They are given explicitly: one that the engine chose would change whenever the container starts again,
/// and nginx would not know.
/// </summary>
internal static class HostPorts
{
    // Below what Linux gives to outgoing connections.
    private const int First = 20000;
    private const int Last = 32767;

    /// <summary>The same for the same container and attempt, so that a repetition finds what is there; another one for each attempt.</summary>
    public static IReadOnlyDictionary<int, int> Choose(string container, IReadOnlyList<int> ports, IReadOnlyCollection<int> taken, int attempt)
    {
        var (chosen, used) = (new Dictionary<int, int>(), taken.ToHashSet());
        foreach (var port in ports)
        {
            var start = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{container}\n{port}\n{attempt}")));
            var candidate = First + (int)(start % (Last - First + 1));
            while (!used.Add(candidate))
                candidate = candidate == Last ? First : candidate + 1;
            chosen[port] = candidate;
        }
        return chosen;
    }
}
