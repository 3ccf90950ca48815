using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>An image that is to be sent, and its layers from the lowest up, each by the digest of its content.</summary>
internal sealed record ImageLayers(string Name, IReadOnlyList<string> Layers)
{
    // Of an image without layers, or, in containerd's store, without those of this kind of processor.
    private const string None = "null";

    /// <summary>Reads the engine's lists of layers, one a line: as many as there are images.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Read(IEnumerable<string> lines) =>
        [.. lines.Where(line => line == None || line.StartsWith('[')).Select(line => JsonSerializer.Deserialize<string[]>(line) ?? [])];

    /// <summary>What an engine has that holds images with these layers: each layer together with all that are below it.</summary>
    public static IReadOnlySet<string> Chains(IEnumerable<IReadOnlyList<string>> images) => images.SelectMany(Chain).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Which layers of images an engine must be sent. It takes a layer that it has from its own store, without looking for it in the archive; but only where
    /// all that are below it are the same, too.
    /// </summary>
    public static IReadOnlySet<string> Missing(IEnumerable<ImageLayers> images, IReadOnlySet<string> chains) => images
        .SelectMany(image => image.Layers.Zip(Chain(image.Layers))).Where(pair => !chains.Contains(pair.Second)).Select(pair => pair.First).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Chain(IReadOnlyList<string> layers)
    {
        var below = "";
        foreach (var layer in layers)
            yield return below = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{below} {layer}")));
    }
}
