using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>What is done to images besides building them: pulled, looked at, and brought from one server to another.</summary>
internal static class ImageCommands
{
    // Docker writes a tar to a pipe; unpacked it can be sent in part. The shell must see a failure on either side of that pipe.
    private const string SaveInto = """set -o pipefail; docker image save -- "$@" | tar --extract --directory="$0/all" --exclude-from="$0/known" """;
    private const string ListAllLayers = "docker image ls --quiet --no-trunc | sort --unique | xargs --no-run-if-empty docker image inspect --format '{{json .RootFS.Layers}}'";

    public static IReadOnlyList<string> Pull(string image) => ["docker", "image", "pull", "--quiet", image];

    public static IReadOnlyList<string> Tag(string image, string name) => ["docker", "image", "tag", image, name];

    /// <summary>All names of the stack's images, one a line, each with its release behind the colon.</summary>
    public static IReadOnlyList<string> List(StackPaths paths) =>
        ["docker", "image", "ls", "--filter", $"reference={paths.Images}/*", "--format", "{{.Repository}}:{{.Tag}}"];

    public static IReadOnlyList<string> Remove(IEnumerable<string> images) => ["docker", "image", "rm", "--", .. images];

    /// <summary>Removes what lost its last name, and of that only the stack's own.</summary>
    public static IReadOnlyList<string> Prune(StackPaths paths) =>
        ["docker", "image", "prune", "--force", "--filter", $"label={DockerCommands.StackLabel}={paths.Slug}"];

    /// <summary>Under which digests registries gave it out, as a list of JSON.</summary>
    public static IReadOnlyList<string> Digests(string image) => ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", "--", image];

    /// <summary>The layers of images, lowest first: a list of JSON on a line for each.</summary>
    public static IReadOnlyList<string> Layers(IEnumerable<string> images) => ["docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", "--", .. images];

    /// <summary>The same for every image that the engine has.</summary>
    public static IReadOnlyList<string> AllLayers { get; } = ["sh", "-c", ListAllLayers];

    /// <summary>How the engine stores images, as JSON.</summary>
    public static IReadOnlyList<string> ShowStore { get; } = ["docker", "info", "--format", "{{json .DriverStatus}}"];

    /// <summary>Unpacks images into the folder "all" beside a file "known", which lists what is to be left out.</summary>
    public static IReadOnlyList<string> Save(string folder, IEnumerable<string> images) => ["bash", "-c", SaveInto, folder, .. images];

    /// <summary>Packs what was unpacked there, without what a file lists.</summary>
    public static IReadOnlyList<string> Pack(string folder, string known, string archive) =>
    [
        "tar", "--create", $"--file={archive}", "--use-compress-program=gzip --fast", $"--directory={folder}/all", $"--exclude-from={known}", ".",
    ];

    public static IReadOnlyList<string> SizeOf(string file) => ["stat", "--format=%s", "--", file];

    /// <summary>Takes in what <see cref="Pack"/> made, from standard input.</summary>
    public static IReadOnlyList<string> Load { get; } = ["docker", "image", "load", "--quiet"];
}
