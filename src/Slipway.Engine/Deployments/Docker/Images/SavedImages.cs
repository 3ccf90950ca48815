using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>What "docker image save" wrote. Where it put layers is only known from its manifest: engines do that in different ways.</summary>
internal static class SavedImages
{
    /// <summary>The file of a layer where the engine writes the layout of the Open Container Initiative. It does no harm where it does not.</summary>
    public static string OciFile(string layer) => $"blobs/{layer.Replace(':', '/')}";

    /// <summary>The files of those layers of the images that need not be sent.</summary>
    /// <param name="manifest">The file manifest.json.</param>
    /// <param name="images">The images with their layers.</param>
    /// <param name="missing">The layers that must be sent.</param>
    public static IReadOnlyList<string> FilesOfOthers(ReadOnlySpan<byte> manifest, IReadOnlyList<ImageLayers> images, IReadOnlySet<string> missing)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in JsonSerializer.Deserialize<Entry[]>(manifest) ?? [])
        {
            var image = images.FirstOrDefault(image => entry.RepoTags?.Contains(image.Name) ?? false);
            if (image?.Layers.Count == entry.Layers.Length)
                files.UnionWith(image.Layers.Zip(entry.Layers).Where(pair => !missing.Contains(pair.First)).Select(pair => pair.Second));
        }
        return [.. files];
    }

    private sealed record Entry
    {
        [JsonPropertyName("RepoTags")]
        public string[]? RepoTags { get; init; }

        [JsonPropertyName("Layers")]
        public required string[] Layers { get; init; }
    }
}
