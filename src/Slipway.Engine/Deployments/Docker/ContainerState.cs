using System.Globalization;
using System.Text.Json;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>A container of the stack as Docker sees it.</summary>
internal sealed record ContainerState
{
    private const string Loopback = "127.0.0.1";

    public required string Id { get; init; }

    public string Name { get; init; } = "";

    public required string Service { get; init; }

    /// <summary>The work that made it.</summary>
    public required string Run { get; init; }

    public string Release { get; init; } = "";

    public string Image { get; init; } = "";

    /// <summary>created, running, restarting, paused, removing, exited or dead.</summary>
    public required string Status { get; init; }

    public int ExitCode { get; init; }

    /// <summary>How often the engine has started it again because it had ended.</summary>
    public int Restarts { get; init; }

    /// <summary>starting, healthy or unhealthy by the image's own check; null when it has none.</summary>
    public string? Health { get; init; }

    public OwnCheck? OwnCheck { get; init; }

    /// <summary>Whether the engine keeps it running: it serves, or did so until a moment ago.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether deployments leave it alone.</summary>
    public bool OutlivesDeployments { get; init; }

    /// <summary>Whether it is in the server's own network.</summary>
    public bool IsInHostNetwork { get; init; }

    /// <summary>Whether it was made with the addresses of services, which lead to other servers, too.</summary>
    public bool KnowsNames { get; init; }

    /// <summary>Where the server finds it: in the stack's network, or its own; empty while it does not run.</summary>
    public string Address { get; init; } = "";

    /// <summary>Host ports by container port.</summary>
    public IReadOnlyDictionary<int, int> Ports { get; init; } = new Dictionary<int, int>();

    public string Command { get; init; } = "";

    /// <summary>Its ports and those of nginx, in the language of the definition, with blanks between them.</summary>
    public string Offered { get; init; } = "";

    /// <summary>Time between TERM and KILL, in seconds, as its definition said; null where it did not say.</summary>
    public int? StopGrace { get; init; }

    /// <summary>Pauses and signals before that; null where an earlier version started it.</summary>
    public IReadOnlyList<StopStep>? PreStopSequence { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public bool IsUp => Status is "running" or "restarting";

    /// <summary>Whether Slipway has started it. Who starts an image that Slipway has built gets the stack's label with it, but no work's.</summary>
    public bool IsOurs => Run.Length > 0;

    /// <summary>
    /// Those that requests go to, but for the given work's: of each service the pinned ones of its newest release, and those that outlived earlier
    /// ones. Where an earlier end of old containers was cut off, those are still pinned beside the new.
    /// </summary>
    public static IReadOnlyList<ContainerState> Serving(IEnumerable<ContainerState> present, string? exceptRun) =>
    [
        .. present.Where(container => container.IsPinned && container.Run != exceptRun).GroupBy(container => container.Service)
            .SelectMany(service => service.Where(container => container.OutlivesDeployments || container.Release == service.MaxBy(other => other.CreatedAt)!.Release)),
    ];

    /// <summary>Reads a list of Docker's inspections.</summary>
    public static IReadOnlyList<ContainerState> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(Of)];
    }

    private static ContainerState Of(JsonElement container)
    {
        var (config, state, host) = (container.GetProperty("Config"), container.GetProperty("State"), container.GetProperty("HostConfig"));
        var (isInHostNetwork, offered) = (Text(host, "NetworkMode") == DockerCommands.HostNetwork, Label(config, DockerCommands.PortsLabel));
        return new()
        {
            Id = Text(container, "Id"),
            Name = Text(container, "Name").TrimStart('/'),
            Service = Label(config, DockerCommands.ServiceLabel),
            Run = Label(config, DockerCommands.RunLabel),
            Release = Label(config, DockerCommands.ReleaseLabel),
            Image = Label(config, DockerCommands.ImageLabel) is { Length: > 0 } named ? named : Text(config, "Image"),
            Offered = offered,
            Status = Text(state, "Status"),
            ExitCode = Number(state, "ExitCode"),
            Restarts = container.TryGetProperty("RestartCount", out var restarts) ? restarts.GetInt32() : 0,
            Health = OwnHealth(state),
            OwnCheck = OwnCheck.Of(config),
            IsPinned = Text(host.GetProperty("RestartPolicy"), "Name") == DockerCommands.KeepPolicy,
            OutlivesDeployments = Label(config, DockerCommands.StaysLabel).Length > 0,
            IsInHostNetwork = isInHostNetwork,
            KnowsNames = OwnCheck.Texts(host, "ExtraHosts").Count > 0,
            Address = isInHostNetwork ? Loopback : AddressOf(container),
            Ports = isInHostNetwork ? OwnPortsOf(offered) : PortsOf(host),
            Command = string.Join(' ', OwnCheck.Texts(config, "Cmd")),
            StopGrace = config.TryGetProperty("StopTimeout", out var grace) && grace.ValueKind is JsonValueKind.Number ? grace.GetInt32() : null,
            PreStopSequence = SequenceOf(config),
            StartedAt = Time(state, "StartedAt"),
            CreatedAt = Time(container, "Created"),
        };
    }

    private static IReadOnlyList<StopStep>? SequenceOf(JsonElement config) =>
        config.TryGetProperty("Labels", out var labels) && labels.ValueKind is JsonValueKind.Object && labels.TryGetProperty(DockerCommands.StopLabel, out _)
            ? ServiceTexts.StopSequence(Text(labels, DockerCommands.StopLabel)) ?? []
            : null;

    private static string Label(JsonElement config, string name) =>
        config.TryGetProperty("Labels", out var labels) && labels.ValueKind is JsonValueKind.Object ? Text(labels, name) : "";

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string? OwnHealth(JsonElement state) => state.EnumerateObject().Where(part => part.NameEquals("Health") && part.Value.ValueKind is JsonValueKind.Object)
        .Select(part => Text(part.Value, "Status")).FirstOrDefault(status => status is not ("" or "none"));

    private static DateTimeOffset Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;

    private static string AddressOf(JsonElement container) =>
        container.GetProperty("NetworkSettings").TryGetProperty("Networks", out var networks) && networks.ValueKind is JsonValueKind.Object
            ? networks.EnumerateObject().Select(network => Text(network.Value, "IPAddress")).FirstOrDefault(address => address.Length > 0) ?? ""
            : "";

    // What it listens on, the server does.
    private static Dictionary<int, int> OwnPortsOf(string offered) =>
        offered.Split(' ').Select(ServiceTexts.Port).OfType<PortDefinition>().Select(port => port.Container).Distinct().ToDictionary(port => port);

    private static Dictionary<int, int> PortsOf(JsonElement host)
    {
        var ports = new Dictionary<int, int>();
        if (!host.TryGetProperty("PortBindings", out var bindings) || bindings.ValueKind is not JsonValueKind.Object)
            return ports;
        foreach (var binding in bindings.EnumerateObject())
        {
            if (binding.Value.ValueKind is JsonValueKind.Array && binding.Value.GetArrayLength() > 0
                && int.TryParse(binding.Name.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var inside)
                && int.TryParse(Text(binding.Value[0], "HostPort"), NumberStyles.None, CultureInfo.InvariantCulture, out var outside))
                ports[inside] = outside;
        }
        return ports;
    }
}
