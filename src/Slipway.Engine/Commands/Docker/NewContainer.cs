using System.Globalization;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>A container that is to be made.</summary>
internal sealed record NewContainer
{
    public required StackPaths Paths { get; init; }

    public required ServiceDefinition Service { get; init; }

    public required string Release { get; init; }

    public required string Run { get; init; }

    /// <summary>Tells the containers of a service's run apart.</summary>
    public required int Number { get; init; }

    /// <summary>Host ports by container port.</summary>
    public IReadOnlyDictionary<int, int> HostPorts { get; init; } = new Dictionary<int, int>();

    /// <summary>Names that it knows besides those of Docker's network, with their addresses; they come first.</summary>
    public IReadOnlyDictionary<string, string> Hosts { get; init; } = new Dictionary<string, string>();

    /// <summary>Made from what it is, so that a repetition finds it.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"slipway-{Paths.Slug}-{Service.Name}-{Run}-{Number}");

    /// <summary>For a command that runs once. No work on the stack's containers sees it.</summary>
    public bool IsApart { get; init; }

    public string EnvironmentFile => $"{(IsApart ? Paths.CommandFiles(Run) : Paths.ContainerFiles(Run))}/{Service.Name}";

    public string Image => Paths.Image(Service.Name, Release);

    /// <summary>Makes and starts it. It is pinned once it serves; until then nothing may start it again behind our back.</summary>
    public IReadOnlyList<string> Start() =>
    [
        "docker", "container", "run", "--detach", "--pull", "never", "--name", Name, .. Labels(), .. Network(), .. Service.UsesHostNetwork ? [] : (string[])["--network-alias", Service.Name],
        .. KnownHosts(), "--restart", "no", "--stop-timeout", Text(Service.StopGrace), "--env-file", EnvironmentFile,
        .. Published().SelectMany(port => (string[])["--publish", $"127.0.0.1:{Text(HostPorts[port.Container])}:{Text(port.Container)}/tcp"]),
        .. Privileges(), .. Mounts(), Image, .. Service.Command,
    ];

    /// <summary>A command in a container of its own, which is gone with its end.</summary>
    public IReadOnlyList<string> RunOnce(IReadOnlyList<string> command) =>
    [
        "docker", "container", "run", "--rm", "--pull", "never", "--name", Name, .. Labels(), .. Network(), .. KnownHosts(), "--env-file", EnvironmentFile,
        .. Privileges(), .. Mounts(), Image, .. command,
    ];

    private IEnumerable<PortDefinition> Published() => Service.UsesHostNetwork ? [] : Service.Ports;

    private IEnumerable<string> Network() => ["--network", Service.UsesHostNetwork ? DockerCommands.HostNetwork : Paths.Network];

    private IEnumerable<string> Privileges() => [.. Service.IsPrivileged ? (string[])["--privileged"] : [], .. Service.UsesHostProcesses ? (string[])["--pid", "host"] : []];

    private IEnumerable<string> Labels() =>
    [
        .. IsApart ? ApartLabels() : DockerCommands.Label(DockerCommands.StackLabel, Paths.Slug), .. DockerCommands.Label(DockerCommands.ServiceLabel, Service.Name),
        .. DockerCommands.Label(DockerCommands.ReleaseLabel, Release), .. DockerCommands.Label(DockerCommands.RunLabel, Run),
        .. ImageLabels(), .. Service.RestartOnDeploy ? [] : DockerCommands.Label(DockerCommands.StaysLabel, "true"),
        .. DockerCommands.Label(DockerCommands.PortsLabel, string.Join(' ', Service.Ports.Select(port => port.Text))),
        .. DockerCommands.Label(DockerCommands.StopLabel, string.Join(':', Service.PreStopSequence.Select(step => step.Text))),
    ];

    // What the definition says, where that is the name of an image: ours only says which release it is of.
    private IEnumerable<string> ImageLabels() => Service.Image is { } image && ServiceTexts.Variable(image) is null ? DockerCommands.Label(DockerCommands.ImageLabel, image) : [];

    // What is not said here comes from the image, which carries the stack's label.
    private IEnumerable<string> ApartLabels() => [.. DockerCommands.Label(DockerCommands.StackLabel, ""), .. DockerCommands.Label(DockerCommands.ApartLabel, Paths.Slug)];

    private IEnumerable<string> KnownHosts() =>
        Hosts.OrderBy(host => host.Key, StringComparer.Ordinal).SelectMany(host => (string[])["--add-host", $"{host.Key}:{host.Value}"]);

    private IEnumerable<string> Mounts()
    {
        foreach (var volume in Service.Volumes)
            yield return $"--mount=type=volume,source={Paths.Volume(volume.Name)},target={volume.Path}{(volume.IsReadOnly ? ",readonly" : "")}";
        foreach (var mount in Service.HostMounts)
            yield return $"--mount=type=bind,source={mount.Source},target={mount.Path}{(mount.IsReadOnly ? ",readonly" : "")}";
        if (Service.LogFolder is { } folder)
            yield return $"--mount=type=bind,source={Paths.ContainerLogs(Service.Name)},target={folder}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
