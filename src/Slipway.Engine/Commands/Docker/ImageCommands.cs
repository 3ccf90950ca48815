using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>What is done to images besides building them: pulled, looked at, and brought from one server to another.</summary>
internal static class ImageCommands
{
    // Docker writes a tar to a pipe; unpacked it can be sent in part. The shell must see a failure on either side of that pipe.
    private const string SaveInto = """set -o pipefail; docker image save -- "$@" | tar --extract --directory="$0/all" --exclude-from="$0/known" """;
    private const string ListAllLayers = "docker image ls --quiet --no-trunc | sort --unique | xargs --no-run-if-empty docker image inspect --format '{{json .RootFS.Layers}}'";

    // Other stacks may pull the same image. Between a pull and the name that it gets nobody must take the first one away.
    private const string PullLock = "/run/slipway-pull.lock";
    private const string PullAs = """docker image pull --quiet "$0" && docker image tag "$0" "$1" """;

    // Prints those that are gone. The engine itself does not mind taking a name away by which somebody has made a container.
    private const string LetGoOf = """
        for image in "$@"; do
            docker container ls --all --filter "ancestor=$image" --format '{{.Label "slipway.stack"}}' | grep --quiet '^$' && continue
            docker image rm -- "$image" 2>&1 | grep --quiet -E 'Untagged|Deleted|No such image' && echo "$image"
        done
        true
        """;

    /// <summary>Pulls an image, and gives it one more name.</summary>
    public static IReadOnlyList<string> Pull(string image, string name) => ["flock", "--shared", PullLock, "sh", "-c", PullAs, image, name];

    /// <summary>Fails when there is no image of that name.</summary>
    public static IReadOnlyList<string> Find(string image) => ["docker", "image", "inspect", "--format", "{{.Id}}", "--", image];

    /// <summary>Takes names of images away, and prints those that are gone then. It does nothing while a pull is under way.</summary>
    public static IReadOnlyList<string> LetGo(IEnumerable<string> images) => ["flock", "--nonblock", PullLock, "sh", "-c", LetGoOf, "sh", .. images];

    public static IReadOnlyList<string> Tag(string image, string name) => ["docker", "image", "tag", image, name];

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
