using System.Text;
using Slipway.Engine.Deployments.Docker.Images;

namespace Slipway.Tests.Docker;

public sealed class ImageLayersTests
{
    // As Docker 20.10 writes it: a folder for each layer.
    private const string Folders = """
        [{"Config":"c0ffee.json","RepoTags":["slipway/shop/web:2","slipway/shop/worker:2"],"Layers":["1a/layer.tar","2b/layer.tar","3c/layer.tar"]}]
        """;

    // As it does since 25: the layout of the Open Container Initiative.
    private const string Blobs = """
        [{"Config":"blobs/sha256/c0ffee","RepoTags":["slipway/shop/web:2"],"Layers":["blobs/sha256/a","blobs/sha256/b","blobs/sha256/c"],"LayerSources":{}}]
        """;

    [Theory]
    [InlineData("", "a b c")]
    [InlineData("a", "b c")]
    [InlineData("a b x|y", "c")]
    [InlineData("a b c d", "")]
    [InlineData("b c", "a b c")]
    [InlineData("x b|a x c", "b c")]
    public void Layer_IsSent_UnlessItIsThereOnTheSameOnes(string present, string missing) =>
        Assert.Equal(Split(missing), ImageLayers.Missing([Image("web", "a b c")], Chains(present)).Order());

    [Fact]
    public void Layer_IsSent_WhenOneOfTheImagesNeedsIt() =>
        Assert.Equal(["b", "c"], ImageLayers.Missing([Image("web", "a b"), Image("api", "c b")], Chains("a b")).Order());

    // As it does with containerd's store: layers are there as a registry has them, compressed and under other digests.
    private const string Compressed = """
        [{"Config":"blobs/sha256/c0ffee","RepoTags":null,"Layers":["blobs/sha256/x"]},
         {"Config":"blobs/sha256/decaf","RepoTags":["slipway/shop/web:2"],"Layers":["blobs/sha256/77","blobs/sha256/88","blobs/sha256/99"]}]
        """;

    [Theory]
    [InlineData(Folders, "b c", "1a/layer.tar")]
    [InlineData(Folders, "", "1a/layer.tar 2b/layer.tar 3c/layer.tar")]
    [InlineData(Blobs, "c", "blobs/sha256/a blobs/sha256/b")]
    [InlineData(Blobs, "a b c", "")]
    [InlineData(Compressed, "b", "blobs/sha256/77 blobs/sha256/99")]
    public void FilesOfLayers_AreThoseOfTheManifest(string manifest, string missing, string files) =>
        Assert.Equal(Split(files), SavedImages.FilesOfOthers(Encoding.UTF8.GetBytes(manifest), [Image("slipway/shop/web:2", "a b c")], Split(missing).ToHashSet()));

    [Theory]
    [InlineData("slipway/shop/api:2", "a b c")]
    [InlineData("slipway/shop/web:2", "a b")]
    public void WhatTheManifestDoesNotTell_IsSentWhole(string name, string layers) =>
        Assert.Empty(SavedImages.FilesOfOthers(Encoding.UTF8.GetBytes(Blobs), [Image(name, layers)], new HashSet<string>()));

    [Fact]
    public void OciFile_IsNamedAfterTheLayer() => Assert.Equal("blobs/sha256/12ab", SavedImages.OciFile("sha256:12ab"));

    // One for each image, or the next one would be taken to have another's layers.
    [Fact]
    public void ListsOfLayers_AreReadWithoutWhatIsNone() =>
        Assert.Equal([["sha256:a"], [], ["sha256:a", "sha256:b"]], ImageLayers.Read(["""["sha256:a"]""", "Error: No such image: x", "null", """["sha256:a","sha256:b"]"""]));

    [Theory]
    [InlineData("quay.io/owner/api:1.2", """["other.io/api@sha256:0","quay.io/owner/api@sha256:1"]""", "quay.io/owner/api@sha256:1")]
    [InlineData("registry:5000/api", """["registry:5000/api@sha256:1"]""", "registry:5000/api@sha256:1")]
    // containerd's store has a digest for each name of an image, also those that no registry knows.
    [InlineData("quay.io/owner/api:1.2", """["slipway/shop/api@sha256:1","quay.io/owner/api@sha256:1"]""", "quay.io/owner/api@sha256:1")]
    [InlineData("quay.io/owner/api:1.2", """["slipway/shop/api@sha256:1"]""", "quay.io/owner/api:1.2")]
    [InlineData("docker.io/library/nginx:1", """["nginx@sha256:1"]""", "nginx@sha256:1")]
    [InlineData("nginx@sha256:9", """["nginx@sha256:1"]""", "nginx@sha256:9")]
    [InlineData("nginx", "null", "nginx")]
    [InlineData("nginx", "", "nginx")]
    public void Image_IsPinned_ToTheDigestOfItsRegistry(string image, string digests, string pinned) => Assert.Equal(pinned, ImageDigests.Pin(image, digests));

    private static ImageLayers Image(string name, string layers) => new(name, Split(layers));

    private static IReadOnlySet<string> Chains(string images) => ImageLayers.Chains(images.Split('|').Select(Split));

    private static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
