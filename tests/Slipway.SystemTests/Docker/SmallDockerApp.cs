using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>container-app without further services, on a server whose Docker has little room, for the tests of one class. Each test leaves it healthy.</summary>
public sealed class SmallDockerApp(Testbed testbed, SharedOwner shared) : IAsyncLifetime
{
    private const int Megabytes = 400;

    public const string Definition = """
        services:
          web:
            command: perl app.pl
            ports: ["3000:80"]
            health: /healthz
            stop_grace: 1s

        """;

    public App App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var owner = await shared.GetAsync(testbed);
        App = await DockerApp.DeployAsync(owner, "Container troubles", [await owner.StartDockerServerAsync(Megabytes)], Definition);
    }

    public async ValueTask DisposeAsync() => await (App?.Server.SwitchOffAsync(CancellationToken.None) ?? Task.CompletedTask);
}
