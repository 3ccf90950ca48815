using System.Text.Json;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Names of images that can only stand for one and the same.</summary>
internal static class ImageDigests
{
    private static readonly string[] Implied = ["index.docker.io/", "docker.io/", "library/"];

    /// <summary>The image by the digest under which its registry has it; by its name as it is, where the engine tells of none.</summary>
    /// <param name="image">[registry/]path[:tag][@digest]</param>
    /// <param name="digests">What the engine tells, as JSON: a list of path@digest, or null.</param>
    public static string Pin(string image, string digests) =>
        image.Contains('@', StringComparison.Ordinal)
            ? image
            : Read(digests).FirstOrDefault(digest => Plain(digest) == Plain(image)) ?? image;

    private static string[] Read(string json) => string.IsNullOrWhiteSpace(json) ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];

    // Docker's own registry goes by several names, and mostly by none.
    private static string Plain(string image)
    {
        var name = image.Split('@')[0];
        var tag = name.IndexOf(':', name.LastIndexOf('/') + 1);
        name = tag < 0 ? name : name[..tag];
        foreach (var prefix in Implied)
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        return name;
    }
}
