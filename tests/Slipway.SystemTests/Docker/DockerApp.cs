using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>tests/testbed/apps/container-app, live on a server of its own, for the tests of one class. Each test leaves it healthy.</summary>
public sealed class DockerApp(Testbed testbed, SharedOwner shared) : IAsyncLifetime
{
    private static int _count;

    public App App { get; private set; } = null!;

    public Owner Owner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Owner = await shared.GetAsync(testbed);
        App = await DeployAsync(Owner, $"Container app {Interlocked.Increment(ref _count)}", [await Owner.StartDockerServerAsync()]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static async Task<App> DeployAsync(Owner owner, string name, IReadOnlyList<FreshServer> servers)
    {
        var code = await owner.Git.CreateRepositoryAsync("tests/testbed/apps/container-app", App.Token);
        var created = await owner.CreateAsync(name, code, []);
        await created.SetAsync("GREETING", "good 'morning' \"all\" $HOME `id` #1");
        foreach (var server in servers)
            await created.Client.Servers.AddAsync(created.Uid, await Owner.DescribeAsync(server), App.Token);
        var app = new App(created.Client, await created.ReadAsync(), code, servers);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
        return app;
    }
}
