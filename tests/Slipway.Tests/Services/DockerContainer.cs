using System.Text.Json;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

/// <summary>A container of the service web, as Docker tells of it.</summary>
internal sealed record DockerContainer(string Id)
{
    public string Name { get; init; } = "slipway-shop-web-run-1";

    public string Status { get; init; } = "running";

    public string? Health { get; init; }

    public int Restarts { get; init; }

    public bool IsPinned { get; init; } = true;

    public string Run { get; init; } = "20260131120000-run";

    public string Release { get; init; } = "1";

    public string Offered { get; init; } = "3000:80";

    public int Port { get; init; } = 20001;

    /// <summary>Has Docker on a machine tell of these, and of no others.</summary>
    public static void Give(FakeMachine machine, StackPaths paths, params IReadOnlyList<DockerContainer> containers)
    {
        machine.Answers[string.Join(' ', DockerQueries.Containers(paths))] = JsonSerializer.Serialize(containers.Select(container => container.Inspection(paths)));
        foreach (var container in containers)
            machine.Answers[string.Join(' ', DockerQueries.Container(container.Id))] = JsonSerializer.Serialize(new[] { container.Inspection(paths) });
    }

    private object Inspection(StackPaths paths) => new
    {
        Id,
        Name = $"/{Name}",
        RestartCount = Restarts,
        State = Health is null
            ? (object)new { Status, ExitCode = 3, StartedAt = "2026-01-31T12:00:00Z" }
            : new { Status, ExitCode = 3, StartedAt = "2026-01-31T12:00:00Z", Health = new { Status = Health } },
        Config = new
        {
            Image = paths.Image("web", "1"),
            Labels = new Dictionary<string, string>
            {
                [DockerCommands.RunLabel] = Run, [DockerCommands.ReleaseLabel] = Release, [DockerCommands.ServiceLabel] = Run.Length > 0 ? "web" : "", [DockerCommands.PortsLabel] = Offered,
            },
        },
        HostConfig = new
        {
            RestartPolicy = new { Name = IsPinned ? DockerCommands.KeepPolicy : "no" },
            PortBindings = new Dictionary<string, object> { ["3000/tcp"] = new[] { new { HostPort = $"{Port}" } } },
        },
        NetworkSettings = new { },
    };
}
