using System.Globalization;

namespace Slipway.Engine.Analysis.Docker;

/// <summary>One service of a Docker stack: what its containers are made from and how they are started, reached and stopped.</summary>
internal sealed record ServiceDefinition
{
    public required string Name { get; init; }

    /// <summary>The image to pull, or _env:NAME; null when it is built from the repository.</summary>
    public string? Image { get; init; }

    /// <summary>How its image is built; null when it is pulled.</summary>
    public BuildDefinition? Build { get; init; }

    /// <summary>Arguments in place of the image's own command; empty to keep that.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Run once before the first successful deployment.</summary>
    public IReadOnlyList<string> BuildCommand { get; init; } = [];

    /// <summary>Run once in each later deployment.</summary>
    public IReadOnlyList<string> DeployCommand { get; init; } = [];

    /// <summary>Variables of this service besides those of the stack; a value may be _env:NAME.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<VolumeDefinition> Volumes { get; init; } = [];

    /// <summary>Folders and files of the server that the containers see.</summary>
    public IReadOnlyList<HostMount> HostMounts { get; init; } = [];

    /// <summary>Whether Docker does not confine them.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Whether they are in the server's own network: without a name there, and with its ports for theirs.</summary>
    public bool UsesHostNetwork { get; init; }

    /// <summary>Whether they are among the server's own processes.</summary>
    public bool UsesHostProcesses { get; init; }

    public IReadOnlyList<PortDefinition> Ports { get; init; } = [];

    /// <summary>Names of services that must be healthy before this one starts. Databases always are, so they are not among them.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Whether a deployment replaces its containers.</summary>
    public bool RestartOnDeploy { get; init; } = true;

    /// <summary>Time between TERM and KILL, in seconds.</summary>
    public int StopGrace { get; init; } = DefaultStopGrace;

    /// <summary>Pauses and signals before that.</summary>
    public IReadOnlyList<StopStep> PreStopSequence { get; init; } = [];

    /// <summary>Sent to the running containers before new ones start.</summary>
    public string? PreStartSignal { get; init; }

    /// <summary>Folder in the container whose files are to be found on the server.</summary>
    public string? LogFolder { get; init; }

    public HealthDefinition Health { get; init; } = HealthDefinition.Default;

    public const int DefaultStopGrace = 10;
}

/// <summary>How an image is built from the stack's repository.</summary>
/// <param name="Context">Folder of the repository; empty for all of it.</param>
/// <param name="Dockerfile">Path of the Dockerfile in the repository.</param>
internal sealed record BuildDefinition(string Context, string Dockerfile);

/// <summary>A volume of the stack, kept from deployment to deployment.</summary>
/// <param name="Name">Its name within the stack.</param>
/// <param name="Path">Where the container finds it.</param>
/// <param name="IsReadOnly">Whether the container may not write there.</param>
internal sealed record VolumeDefinition(string Name, string Path, bool IsReadOnly);

/// <summary>A folder or file of the server that containers see.</summary>
/// <param name="Source">Its path on the server.</param>
/// <param name="Path">Where the container finds it.</param>
/// <param name="IsReadOnly">Whether the container may not write there.</param>
internal sealed record HostMount(string Source, string Path, bool IsReadOnly);

/// <summary>A port of the container, and those under which nginx offers it.</summary>
internal sealed record PortDefinition(int Container, int? Http = null, int? Https = null)
{
    /// <summary>The ports of nginx, and what it speaks there.</summary>
    public IEnumerable<PortOffer> Offers =>
    [
        .. Http is { } http ? [new PortOffer(http, IsHttps: false)] : (PortOffer[])[],
        .. Https is { } https ? [new PortOffer(https, IsHttps: true)] : (PortOffer[])[],
    ];

    /// <summary>The same in the language of the definition.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Container}:{Http}:{Https}").TrimEnd(':');
}

/// <summary>A port of nginx.</summary>
internal sealed record PortOffer(int Port, bool IsHttps);

/// <summary>One step of a pre_stop_sequence: a pause in seconds, or a signal like USR1.</summary>
internal sealed record StopStep(int Seconds, string? Signal)
{
    /// <summary>The same in the language of the definition.</summary>
    public string Text => Signal ?? string.Create(CultureInfo.InvariantCulture, $"{Seconds}s");
}

internal enum HealthKind
{
    /// <summary>The image's own check where it has one, else HTTP on a port that nginx offers, else TCP, else that it stays up.</summary>
    Automatic,

    /// <summary>A path that must be answered with 200 to 399.</summary>
    Http,

    /// <summary>A connection that must be accepted.</summary>
    Tcp,

    /// <summary>Only that the container stays up.</summary>
    None,
}

/// <summary>How it is found out that a new container is fit to serve.</summary>
internal sealed record HealthDefinition(HealthKind Kind, string Path)
{
    public static HealthDefinition Default { get; } = new(HealthKind.Automatic, "/");
}
