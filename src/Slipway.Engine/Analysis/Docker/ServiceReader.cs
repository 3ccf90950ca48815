using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Settings;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>Reads the options of one service. Each mistake is told with its line and what was expected.</summary>
internal sealed partial class ServiceReader(string name, YamlMap map, IReadOnlySet<string>? files, HostAccess leave, Action<int, string> say)
{
    private static readonly string[] Known =
    [
        "image", "build_root", "dockerfile_path", "command", "build_command", "deploy_command", "environment", "volumes", "ports", "requires",
        "restart_on_deploy", "stop_grace", "pre_stop_sequence", "pre_start_signal", "log_folder", "health",
        .. HostOptions.Names,
    ];

    // nginx listens there for all stacks of a server.
    private const int HttpPort = 80;

    private static readonly string[] Elsewhere = ["git_url", "git_branch", "git_repo"];

    private readonly ServiceFields _fields = new(name, map, say);
    private readonly HostOptions _host = new(name, map, leave, say);

    public ServiceDefinition Read()
    {
        RefuseUnknown();
        var logFolder = _fields.Checked("log_folder", text => ServiceTexts.IsContainerPath(text) ? text : null, "an absolute path in the container, such as /usr/src/app/log");
        var image = _fields.Checked("image", text => ServiceTexts.IsImage(text) || ServiceTexts.Variable(text) is not null ? text : null,
            "the name of an image, such as quay.io/owner/name:1.2, or _env:NAME");
        var (volumes, mounts) = ReadVolumes(logFolder);
        var ports = ReadPorts();
        return new()
        {
            Name = name,
            Image = image,
            Build = map["image"] is null ? ReadBuild() : null,
            Command = _fields.Command("command"),
            BuildCommand = _fields.Command("build_command"),
            DeployCommand = _fields.Command("deploy_command"),
            Environment = ReadEnvironment(),
            Volumes = volumes,
            HostMounts = mounts,
            IsPrivileged = _host.IsPrivileged(),
            UsesHostNetwork = _host.Uses("network_mode"),
            UsesHostProcesses = _host.Uses("pid"),
            Ports = ports,
            Requires = _fields.Each("requires", text => text, null),
            RestartOnDeploy = _fields.Flag("restart_on_deploy", true),
            StopGrace = _fields.Checked("stop_grace", ServiceTexts.Duration, "a time of at most 24 hours, such as 10s, 5m or 1h") ?? ServiceDefinition.DefaultStopGrace,
            PreStopSequence = _fields.Checked("pre_stop_sequence", ServiceTexts.StopSequence, "times and signals between colons, such as 1m:USR2:30s:USR1:50s, of at most 24 hours") ?? [],
            PreStartSignal = _fields.Checked("pre_start_signal", ServiceTexts.Signal, $"a signal, one of {string.Join(", ", ServiceTexts.Signals)}"),
            LogFolder = logFolder,
            Health = ReadHealth(ports),
        };
    }

    private void RefuseUnknown()
    {
        foreach (var (option, node) in map.Entries.Where(entry => !Known.Contains(entry.Key)))
        {
            say(node.Line, option switch
            {
                _ when Elsewhere.Contains(option) =>
                    $"{name}: {option} is not possible: images are built from the stack's own repository. Build the image elsewhere and name it in image.",
                _ when HostOptions.Refused.Contains(option) =>
                    $"{name}: {option} is not possible. Of the server, containers can have volumes, {string.Join(", ", HostOptions.Names)}, where the stack may.",
                _ => $"{name}: there is no option \"{option}\". Use some of: {string.Join(", ", Known)}.",
            });
        }
    }

    private BuildDefinition? ReadBuild()
    {
        var root = _fields.Checked("build_root", Folder, "a folder of the repository with files in it, such as backend, and no symbolic link") ?? "";
        var file = _fields.Checked("dockerfile_path", text => ServiceTexts.IsRepositoryPath(text) ? text : null, "the path of a Dockerfile in the repository, such as docker/Dockerfile")
            ?? (root.Length > 0 ? $"{root}/Dockerfile" : "Dockerfile");
        if (files is null || files.Contains(file))
            return new(root, file);
        var where = map["dockerfile_path"] ?? map["build_root"] ?? map;
        say(where.Line, $"{name}: there is no file {file} in the repository. Name an image, or the Dockerfile in dockerfile_path.");
        return null;
    }

    // Docker reads the folder as root, and a link could lead anywhere on the server. Git holds no file beneath a link, so one file proves the folder.
    private string? Folder(string text)
    {
        var folder = text.Trim('/');
        folder = folder.StartsWith("./", StringComparison.Ordinal) ? folder[2..].Trim('/') : folder is "." ? "" : folder;
        return folder.Length == 0 || (ServiceTexts.IsRepositoryPath(folder) && (files is null || files.Any(file => file.StartsWith(folder + "/", StringComparison.Ordinal)))) ? folder : null;
    }

    private Dictionary<string, string> ReadEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (map["environment"] is null or YamlText { IsNull: true })
            return variables;
        if (map["environment"] is not YamlMap entries)
        {
            say(map["environment"]!.Line, $"{name}: environment expects a mapping (KEY: value), found {map["environment"]!.Kind}.");
            return variables;
        }
        foreach (var (key, node) in entries.Entries)
        {
            if (!VariablePattern().IsMatch(key))
                say(node.Line, $"{name}: \"{key}\" is not a name for an environment variable; use letters, digits and _.");
            else if (node is not YamlText text)
                say(node.Line, $"{name}: the variable {key} expects a text, found {node.Kind}.");
            else if (text.Value.Contains('\n', StringComparison.Ordinal))
                say(node.Line, $"{name}: the variable {key} expects a text on one line: containers cannot be given several. Encode it, for example as base64.");
            else if (text.Value.Any(c => char.IsControl(c) && c is not '\t'))
                say(node.Line, $"{name}: the variable {key} must not contain control characters.");
            else
                variables[key] = text.IsNull ? "" : text.Value;
        }
        return variables;
    }

    private (IReadOnlyList<VolumeDefinition> Volumes, IReadOnlyList<HostMount> Mounts) ReadVolumes(string? logFolder)
    {
        List<HostMount> mounts = [];
        var volumes = _fields.Each("volumes", node => ReadVolume(node, mounts));
        var paths = volumes.Select(volume => volume.Path).Concat(mounts.Select(mount => mount.Path)).Concat(logFolder is null ? [] : [logFolder]).Select(path => path.TrimEnd('/'));
        foreach (var twice in paths.GroupBy(path => path).Where(group => group.Count() > 1))
            say(map["volumes"]!.Line, $"{name}: the path {twice.Key} stands twice among volumes and log_folder; one would hide the other.");
        return (volumes, mounts);
    }

    private VolumeDefinition? ReadVolume(YamlText node, List<HostMount> mounts)
    {
        var parts = node.Value.Split(':');
        if (parts is [['/' or '~' or '.', ..], _, ..])
        {
            if (_host.Mount(node) is { } mount)
                mounts.Add(mount);
            return null;
        }
        if ((parts is [_, _] or [_, _, "ro" or "rw"]) && VolumePattern().IsMatch(parts[0]) && ServiceTexts.IsContainerPath(parts[1]))
            return new(parts[0], parts[1], parts is [_, _, "ro"]);
        say(node.Line, $"{name}: volumes expects NAME:PATH or NAME:PATH:ro, such as data:/var/lib/data, found \"{node.Value}\".");
        return null;
    }

    private IReadOnlyList<PortDefinition> ReadPorts()
    {
        var ports = _fields.Each("ports", ServiceTexts.Port, "CONTAINER[:HTTP[:HTTPS]] with numbers from 1 to 65535, such as 3000:80:443 or 4000::8443");
        foreach (var twice in ports.GroupBy(port => port.Container).Where(group => group.Count() > 1))
            say(map["ports"]!.Line, $"{name}: the container's port {twice.Key} stands in ports twice.");
        foreach (var port in ports.Where(port => port.Https == HttpPort))
            say(map["ports"]!.Line, $"{name}: ports has {port.Text}, but on every server port {HttpPort} is for HTTP. Offer HTTPS under another one, such as {port.Container}::443.");
        return ports;
    }

    private HealthDefinition ReadHealth(IReadOnlyList<PortDefinition> ports)
    {
        var health = _fields.Checked("health", Health, "a path such as /health, or one of tcp, none, auto") ?? HealthDefinition.Default;
        if (health.Kind is HealthKind.Http or HealthKind.Tcp && ports.Count == 0)
            say(map["health"]!.Line, $"{name}: health asks the first port of ports, and there is none. Add ports, or leave health out: then it is the image's own check, or that the container stays up.");
        return health;
    }

    private static HealthDefinition? Health(string text) => text switch
    {
        "auto" => HealthDefinition.Default,
        "tcp" => new(HealthKind.Tcp, "/"),
        "none" => new(HealthKind.None, "/"),
        _ => ServiceTexts.IsUrlPath(text) ? new(HealthKind.Http, text) : null,
    };

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,59}\z")]
    private static partial Regex VolumePattern();
}
