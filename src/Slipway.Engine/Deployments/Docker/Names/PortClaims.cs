using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>
/// Ports of a machine that services keep for as long as the stack is there. Stacks that are deployed to it at the same time may choose the same one, so each port is
/// a link that only one of them can make, and a repetition finds.
/// </summary>
internal static class PortClaims
{
    private const int First = NameFiles.FirstPort;
    private const int Last = NameFiles.LastPort;
    private const int Attempts = 10;

    /// <summary>Prints them, each port with what it is claimed for.</summary>
    public static IReadOnlyList<string> Show { get; } = ["find", NameFiles.PortsDirectory, "-type", "l", "-printf", "%f %l\\n"];

    /// <summary>Sees to it that each of the given has a port.</summary>
    /// <param name="context">The work.</param>
    /// <param name="host">The machine.</param>
    /// <param name="wanted">Services with their container's port, like api/4000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The ports of these and of all that the stack ever had there.</returns>
    public static async Task<IReadOnlyDictionary<string, int>> ClaimAsync(
        DeployContext context, IRemoteHost host, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var claims = Read(await StackContainers.LinesAsync(context, host, "look at the ports of services", Show, cancellationToken));
            var own = OwnOf(context.Paths.Slug, claims);
            var missing = wanted.Except(own.Keys).ToList();
            if (missing.Count == 0)
                return own;
            if (attempt == Attempts)
                throw new UserErrorException($"On {host.Machine.Address} no port of {First} to {Last} could be taken for {missing[0]}. Look at {NameFiles.PortsDirectory} there, then deploy again.");
            var listening = await StackContainers.LinesAsync(context, host, "see which ports are taken", Listeners.List, cancellationToken);
            var chosen = Choose(context.Paths.Slug, missing, [.. claims.Keys, .. listening.Select(line => Listeners.Read(line).Port)]);
            // Another stack may have been faster: the next look tells.
            await host.RunAsync(
                StackContainers.Quick(context, "take ports", []) with { Programs = [.. chosen.Select(claim => Claim(context.Paths.Slug, claim.Key, claim.Value))] },
                onLine: null,
                cancellationToken);
        }
    }

    /// <summary>The links of a stack, to be removed with it.</summary>
    public static IReadOnlyList<FileChange> Release(string slug, IEnumerable<string> lines) =>
        [.. OwnOf(slug, Read(lines)).Values.Select(port => new Remove(LinkOf(port)))];

    public static IReadOnlyDictionary<string, int> Choose(string slug, IReadOnlyList<string> wanted, IReadOnlyCollection<int> taken)
    {
        var (chosen, used) = (new Dictionary<string, int>(), taken.ToHashSet());
        foreach (var name in wanted)
        {
            if (used.Count(port => port is >= First and <= Last) > Last - First)
                throw new UserErrorException($"All ports from {First} to {Last} are taken on the server. Remove stacks from it, then deploy again.");
            var start = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{slug}/{name}")));
            var port = First + (int)(start % (Last - First + 1));
            while (!used.Add(port))
                port = port == Last ? First : port + 1;
            chosen[name] = port;
        }
        return chosen;
    }

    private static IReadOnlyList<string> Claim(string slug, string name, int port) => ["ln", "--symbolic", "--no-target-directory", "--", $"{slug}/{name}", LinkOf(port)];

    private static string LinkOf(int port) => string.Create(CultureInfo.InvariantCulture, $"{NameFiles.PortsDirectory}/{port}");

    private static Dictionary<int, string> Read(IEnumerable<string> lines) => lines.Select(line => line.Split(' ', 2))
        .Where(parts => parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture), parts => parts[1]);

    private static Dictionary<string, int> OwnOf(string slug, Dictionary<int, string> claims) => claims
        .Where(claim => claim.Value.StartsWith($"{slug}/", StringComparison.Ordinal)).OrderBy(claim => claim.Key)
        .GroupBy(claim => claim.Value[(slug.Length + 1)..], claim => claim.Key).ToDictionary(group => group.Key, group => group.First());
}
