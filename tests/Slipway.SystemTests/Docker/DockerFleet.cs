using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>container-app on three servers, for the tests of one class. Each leaves it healthy.</summary>
public sealed class DockerFleet(Testbed testbed) : IAsyncLifetime
{
    // Servers that are lost are not waited for as long as people would have it.
    private static readonly Dictionary<string, string> Hasty = new() { ["Slipway__Deployments__ReconnectDeadline"] = "00:00:05" };

    // What web requires runs on the first server only.
    private const string Definition = SmallDockerApp.Definition + """
            log_folder: /app/log
            requires: [counter]
          counter:
            ports: ["3000"]
            stop_grace: 1s

        """;

    private Owner _owner = null!;

    public App App { get; private set; } = null!;

    public SlipwayServer Slipway => _owner.Slipway;

    /// <summary>What Slipway calls the servers, in their order.</summary>
    public IReadOnlyList<string> Uids { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        _owner = await Owner.StartAsync(testbed, Hasty);
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _owner.StartDockerServerAsync()));
        App = await DockerApp.DeployAsync(_owner, "Container fleet", servers, Definition);
        var known = (await App.Client.Servers.ListAsync(App.Uid, 1, App.Token)).Response.ToDictionary(server => server.Address, server => server.Uid);
        Uids = [.. servers.Select(server => known[server.Address])];
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}
