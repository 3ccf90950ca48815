using System.Globalization;
using System.Text.Json;
using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Tests.Provisioning;
using Slipway.Tests.Support;

namespace Slipway.Tests.Docker;

/// <summary>A deployment of release 2 to one machine without a network, on which Docker tells of the given containers.</summary>
internal sealed class Attempt : IStepLog
{
    private readonly FakeMachines _machines = new();

    public Attempt(params IReadOnlyList<ServiceDefinition> services)
    {
        Machine = AddMachine(1);
        var timeouts = new EngineTimeouts();
        Context = new()
        {
            Wanted = Specs.Stack([Specs.Server(1, "docker")]) with { Framework = "docker", HostNames = ["shop.example.com"] },
            Release = "2",
            Run = "new",
            GitRef = "main",
            IsBuild = false,
            // Its code has been sent already.
            Code = null!,
            Hosts = server => _machines.For(server.Machine, new("shop", 1)),
            Log = this,
            Provisioner = new(timeouts, TimeProvider.System),
            ProvisionedDigests = new Dictionary<string, string>(),
            Timeouts = timeouts,
            Variables = _ => [],
            AddDatabases = (_, _, _) => Task.CompletedTask,
            State = new() { Plan = new() { Framework = "docker", Docker = new() { Source = "services.yml", Services = services } } },
        };
    }

    public FakeMachine Machine { get; }

    public DeployContext Context { get; }

    /// <summary>The same with a second machine.</summary>
    public DeployContext OnTwoServers => Context with { Wanted = Context.Wanted with { Servers = [Specs.Server(1, "docker"), Specs.Server(2, "docker")] } };

    /// <summary>The machine behind <see cref="Specs.Server"/>.</summary>
    public FakeMachine AddMachine(int number)
    {
        var machine = _machines.Add($"203.0.113.{number}");
        machine.HostKey = "SHA256:x";
        machine.Files[DockerConfig.Path] = "{}";
        return machine;
    }

    public List<string> Said { get; } = [];

    /// <summary>A container that serves, with its port 3000 under the host's 20001.</summary>
    public static ContainerState Old(string id, string service, string offered = "3000:80") => new()
    {
        Id = id, Service = service, Run = "old", Release = "1", Status = "running", IsPinned = true, Offered = offered, Ports = new Dictionary<int, int> { [3000] = 20001 },
    };

    public static ContainerState New(string id, string service) =>
        Old(id, service) with { Run = "new", Release = "2", IsPinned = false, Name = $"slipway-shop-{service}-new-1" };

    public void GivenContainers(params IReadOnlyList<ContainerState> containers)
    {
        Machine.Answers[Line(DockerQueries.Containers(Context.Paths))] = JsonSerializer.Serialize(containers.Select(Inspection));
        foreach (var container in containers)
            Machine.Answers[Line(DockerQueries.Container(container.Id))] = JsonSerializer.Serialize((object[])[Inspection(container)]);
    }

    public ValueTask WriteAsync(string server, Severity severity, string text)
    {
        Said.Add(text);
        return ValueTask.CompletedTask;
    }

    public static string Line(IEnumerable<string> program) => string.Join(' ', program);

    private static object Inspection(ContainerState container) => new
    {
        container.Id,
        container.Name,
        State = new { container.Status, container.ExitCode, Health = container.Health is null ? null : new { Status = container.Health } },
        Config = new
        {
            StopTimeout = container.StopGrace,
            Healthcheck = container.OwnCheck is not { } check ? null : new
            {
                Test = (string[])["CMD", .. check.Program], Timeout = check.Timeout.Ticks * TimeSpan.NanosecondsPerTick, StartPeriod = check.StartPeriod.Ticks * TimeSpan.NanosecondsPerTick,
            },
            Labels = LabelsOf(container),
        },
        HostConfig = new
        {
            NetworkMode = container.IsInHostNetwork ? DockerCommands.HostNetwork : "slipway-shop",
            ExtraHosts = container.KnowsNames ? (string[])["web:198.18.0.7"] : null,
            RestartPolicy = new { Name = container.IsPinned ? DockerCommands.KeepPolicy : "no" },
            PortBindings = container.Ports.ToDictionary(
                port => string.Create(CultureInfo.InvariantCulture, $"{port.Key}/tcp"),
                port => new[] { new { HostPort = port.Value.ToString(CultureInfo.InvariantCulture) } }),
        },
        NetworkSettings = new { },
    };

    private static Dictionary<string, string> LabelsOf(ContainerState container)
    {
        var labels = new Dictionary<string, string>
        {
            [DockerCommands.ServiceLabel] = container.Service, [DockerCommands.RunLabel] = container.Run,
            [DockerCommands.ReleaseLabel] = container.Release, [DockerCommands.PortsLabel] = container.Offered,
        };
        if (container.PreStopSequence is { } sequence)
            labels[DockerCommands.StopLabel] = string.Join(':', sequence.Select(step => step.Text));
        return labels;
    }
}
