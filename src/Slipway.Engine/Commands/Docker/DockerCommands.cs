using System.Globalization;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>Docker's command line. What belongs to a stack carries its label, and nothing else is ever named here.</summary>
internal static class DockerCommands
{
    public const string StackLabel = "slipway.stack";
    public const string ApartLabel = "slipway.apart";
    public const string ServiceLabel = "slipway.service";
    public const string ReleaseLabel = "slipway.release";
    public const string RunLabel = "slipway.run";
    public const string CommitLabel = "slipway.commit";
    public const string ImageLabel = "slipway.image";
    public const string PortsLabel = "slipway.ports";
    public const string StaysLabel = "slipway.stays";
    public const string StopLabel = "slipway.stop";

    // Containers may have ended already, or be gone: that is what is wanted. A deployment that comes before the last one's old containers have ended is told
    // to end them too. What a container has had it does not get again; the marks go with the container, or with a restart of the machine, which no such
    // container outlives.
    private const string SignalAllOnce = """
        mkdir -p /run/slipway-signals
        step=$1; shift
        for id in "$@"; do
          mark="/run/slipway-signals/$id.$step"
          mkdir "$mark" 2>/dev/null && { docker container kill --signal "$0" -- "$id" >/dev/null 2>&1 || rmdir "$mark"; }
        done; true
        """;
    private const string ForgetAll = """for id in "$@"; do rm -rf "/run/slipway-signals/$id."*; done; true""";
    // Several deployments may find one that is ending: the first ends it, the others wait for that. A second TERM makes many programs drop what they do.
    // An engine that restarts meanwhile leaves them running: one that was told to end has the rest of its time then, one that was not is told again.
    private const string StopAll = """
        end() {
          told= tries=0 until=$(($(date +%s) + $0))
          until said=$({ [ "$told" ] || docker container stop --time "$0" -- "$1"; } 2>&1 && docker container rm --force -- "$1" 2>&1); do
            case $said in
              *"o such container"*) return 0 ;;
              *"annot connect"*) ;;
              *) until [ "$(date +%s)" -ge "$until" ] || timeout 5 docker container wait -- "$1" >/dev/null 2>&1; do sleep 1; done; told=1 ;;
            esac
            tries=$((tries + 1)); [ "$tries" -lt 60 ] || { echo "$said"; return 1; }
            sleep 1
          done
        }
        mkdir -p /run/slipway-signals
        jobs= failed=0
        for id in "$@"; do
          ( command exec 9>"/run/slipway-signals/$id.stop"; flock --timeout $(($0 + 5)) 9; end "$id" && rm -f "/run/slipway-signals/$id.stop" ) &
          jobs="$jobs $!"
        done
        for job in $jobs; do wait "$job" || failed=1; done
        exit "$failed"
        """;

    /// <summary>Where the command line keeps what it is told, and signs in, for this stack alone.</summary>
    public static IReadOnlyDictionary<string, string> Environment(StackPaths paths) => new Dictionary<string, string>
    {
        ["DOCKER_CONFIG"] = paths.DockerConfiguration,
        ["HOME"] = "/root",
    };

    public static IReadOnlyList<string> ShowSwarm { get; } = ["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"];

    public static IReadOnlyList<string> ShowLiveRestore { get; } = ["docker", "info", "--format", "{{.LiveRestoreEnabled}}"];

    public static IReadOnlyList<string> CreateNetwork(StackPaths paths) =>
        ["docker", "network", "create", "--driver", "bridge", .. Label(StackLabel, paths.Slug), "--", paths.Network];

    public static IReadOnlyList<string> RemoveNetwork(StackPaths paths) => ["docker", "network", "rm", "--", paths.Network];

    /// <summary>Does nothing to a volume that is there.</summary>
    public static IReadOnlyList<string> CreateVolume(StackPaths paths, string name) =>
        ["docker", "volume", "create", .. Label(StackLabel, paths.Slug), "--", paths.Volume(name)];

    public static IReadOnlyList<string> ListVolumes(StackPaths paths) => ["docker", "volume", "ls", "--quiet", .. Filter(StackLabel, paths.Slug)];

    public static IReadOnlyList<string> RemoveVolumes(IEnumerable<string> volumes) => ["docker", "volume", "rm", "--", .. volumes];

    /// <summary>With what the configuration says: who asks, and by which password, is nobody else's business on the server.</summary>
    public static IReadOnlyList<string> SignIn(string registry) => ["docker", "login", registry];

    /// <summary>Of a build that fails nothing may stay, for nobody would ever remove it.</summary>
    public static IReadOnlyList<string> Build(StackPaths paths, string release, string commit, string dockerfile, string context, IEnumerable<string> names) =>
    [
        "docker", "image", "build", "--force-rm", "--file", dockerfile, .. names.SelectMany(name => (string[])["--tag", name]),
        .. Label(StackLabel, paths.Slug), .. Label(ReleaseLabel, release), .. Label(CommitLabel, commit), "--", context,
    ];

    /// <summary>Those that Slipway has started.</summary>
    public static IReadOnlyList<string> ListContainers(StackPaths paths) => [.. List(StackLabel, paths), "--filter", $"label={RunLabel}"];

    /// <summary>Those of commands that run once.</summary>
    public static IReadOnlyList<string> ListApart(StackPaths paths) => List(ApartLabel, paths);

    /// <summary>Prints what a container printed, each line behind its time.</summary>
    /// <param name="id">The container.</param>
    /// <param name="since">Only lines of that time, in RFC 3339, and later; null for all.</param>
    /// <param name="tail">At most so many, the newest; null for all.</param>
    /// <param name="follow">Whether to go on until the container ends.</param>
    public static IReadOnlyList<string> Logs(string id, string? since, int? tail, bool follow) =>
    [
        "docker", "container", "logs", "--timestamps",
        .. since is null ? [] : (string[])["--since", since],
        .. tail is null ? [] : (string[])["--tail", tail.Value.ToString(CultureInfo.InvariantCulture)],
        .. follow ? (string[])["--follow"] : [],
        "--", id,
    ];

    /// <summary>Prints what each container uses right now, a JSON object a line.</summary>
    public static IReadOnlyList<string> Stats(IEnumerable<string> ids) => ["docker", "container", "stats", "--no-stream", "--no-trunc", "--format", "{{json .}}", "--", .. ids];

    public static IReadOnlyList<string> Start(params IEnumerable<string> ids) => ["docker", "container", "start", "--", .. ids];

    public static IReadOnlyList<string> RunInside(string id, IReadOnlyList<string> program) => ["docker", "container", "exec", id, .. program];

    /// <summary>Prints where a path leads; fails when there is nothing.</summary>
    public static IReadOnlyList<string> Resolve(string path) => ["readlink", "--canonicalize-existing", "--", path];

    public static IReadOnlyList<string> Remove(IEnumerable<string> ids) => ["docker", "container", "rm", "--force", "--", .. ids];

    public static IReadOnlyList<string> LastOutput(string id, int lines) =>
        ["docker", "container", "logs", "--tail", lines.ToString(CultureInfo.InvariantCulture), id];

    /// <summary>Sends a signal as a step of a sequence, which each container goes through once.</summary>
    public static IReadOnlyList<string> SignalOnce(IEnumerable<string> ids, int step, string signal) =>
        SignalOnce(ids, step.ToString(CultureInfo.InvariantCulture), signal);

    /// <summary>The same once for an occasion.</summary>
    public static IReadOnlyList<string> SignalOnce(IEnumerable<string> ids, string occasion, string signal) => ["sh", "-c", SignalAllOnce, signal, occasion, .. ids];

    /// <summary>Removes what is kept of such steps.</summary>
    public static IReadOnlyList<string> ForgetSignals(IEnumerable<string> ids) => ["sh", "-c", ForgetAll, "sh", .. ids];

    /// <summary>Stops containers, at last by force, and removes them; their volumes stay.</summary>
    public static IReadOnlyList<string> StopAndRemove(IEnumerable<string> ids, int graceSeconds) =>
        ["sh", "-c", StopAll, graceSeconds.ToString(CultureInfo.InvariantCulture), .. ids];

    /// <summary>Stops containers without removing them; so far only a start brings them back.</summary>
    public static IReadOnlyList<string> Stop(IEnumerable<string> ids, int graceSeconds) =>
        ["docker", "container", "stop", "--time", graceSeconds.ToString(CultureInfo.InvariantCulture), "--", .. ids];

    public const string HostNetwork = "host";

    public const string KeepPolicy = "unless-stopped";

    internal static IEnumerable<string> Label(string name, string value) => ["--label", $"{name}={value}"];

    private static IReadOnlyList<string> List(string label, StackPaths paths) =>
        ["docker", "container", "ls", "--all", "--quiet", "--no-trunc", .. Filter(label, paths.Slug)];

    private static IEnumerable<string> Filter(string label, string value) => ["--filter", $"label={label}={value}"];
}
