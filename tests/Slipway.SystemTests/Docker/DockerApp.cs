using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>tests/testbed/apps/container-app, live on a server of its own, for the tests of one class. Each test leaves it healthy.</summary>
public sealed class DockerApp(Testbed testbed, SharedOwner shared) : IAsyncLifetime
{
    public const string Definition = ".cloud66/services.yml";

    private static int _count;

    public App App { get; private set; } = null!;

    public Owner Owner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Owner = await shared.GetAsync(testbed);
        App = await DeployAsync(Owner, $"Container app {Interlocked.Increment(ref _count)}", [await Owner.StartDockerServerAsync()]);
    }

    public async ValueTask DisposeAsync() => await (App?.Server.SwitchOffAsync(CancellationToken.None) ?? Task.CompletedTask);

    /// <param name="owner">Whose stack it is.</param>
    /// <param name="name">The stack's name.</param>
    /// <param name="servers">Where it is to run.</param>
    /// <param name="definition">Another services.yml than the app's own.</param>
    public static async Task<App> DeployAsync(Owner owner, string name, IReadOnlyList<FreshServer> servers, string? definition = null)
    {
        var code = await owner.Git.CreateRepositoryAsync("tests/testbed/apps/container-app", App.Token);
        if (definition is not null)
            await code.CommitAsync(new Dictionary<string, string?> { [Definition] = definition }, App.Token);
        var created = await owner.CreateAsync(name, code, []);
        await created.SetAsync("GREETING", "good 'morning' \"all\" $HOME `id` #1");
        foreach (var server in servers)
            await created.Client.Servers.AddAsync(created.Uid, await Owner.DescribeAsync(server), App.Token);
        var app = new App(created.Client, await created.ReadAsync(), code, servers);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
        return app;
    }
}
