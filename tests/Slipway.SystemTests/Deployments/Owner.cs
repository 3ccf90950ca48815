using System.Collections.Concurrent;
using Slipway.Contracts;
using Slipway.Contracts.Servers;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>A Slipway, the git host of its owner, and what the owner does with both.</summary>
public sealed class Owner : IAsyncDisposable
{
    public const string Email = "owner@example.test";
    public const string Password = "correct horse battery";

    // Long enough for the sample on a busy machine; the default would have tests of sick ones wait.
    private static readonly Dictionary<string, string> Settings = new() { ["Slipway__Deployments__HealthDeadline"] = "00:00:45" };

    private readonly Testbed _testbed;
    private readonly DirectoryInfo _data;
    private readonly ConcurrentBag<FreshServer> _servers = [];

    private Owner(Testbed testbed, DirectoryInfo data, SlipwayServer slipway, GitServer git, SlipwayClient client) =>
        (_testbed, _data, Slipway, Git, Client) = (testbed, data, slipway, git, client);

    public SlipwayServer Slipway { get; }

    public string MasterKeyFile => Path.Combine(_data.FullName, "master.key");

    public GitServer Git { get; }

    public SlipwayClient Client { get; }

    public static async Task<Owner> StartAsync(Testbed testbed, IReadOnlyDictionary<string, string>? settings = null)
    {
        var data = Directory.CreateTempSubdirectory("slipway-deployments-");
        var all = Settings.Concat(settings ?? new Dictionary<string, string>()).ToDictionary();
        var slipway = await SlipwayServer.StartAsync(data, 0, all, CancellationToken.None);
        var setup = await slipway.SetUpAsync(Email, Password, CancellationToken.None);
        return new(testbed, data, slipway, await GitServer.StartAsync(testbed, CancellationToken.None), slipway.ClientFor(setup.Token));
    }

    /// <summary>
    /// A server with the packages. It is kept as long as this Slipway, which pins its host key: another one must not get its address meanwhile.
    /// </summary>
    public async Task<FreshServer> StartServerAsync()
    {
        var server = await _testbed.StartWarmAsync(App.Token);
        _servers.Add(server);
        return server;
    }

    /// <summary>The same with a Docker Engine, which may have so many megabytes only.</summary>
    public async Task<FreshServer> StartDockerServerAsync(int? megabytes = null)
    {
        var server = await (megabytes is { } size ? _testbed.StartDockerAsync(size, App.Token) : _testbed.StartDockerAsync(App.Token));
        _servers.Add(server);
        return server;
    }

    public Task<FreshServer[]> StartServersAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartServerAsync()));

    /// <summary>Makes a stack of what is in the folder and waits until its first deployment has ended well.</summary>
    public async Task<App> DeployAsync(string name, IReadOnlyList<FreshServer> servers, string folder = "samples/rack-app")
    {
        var code = await Git.CreateRepositoryAsync(folder, App.Token);
        return await DeployAsync(name, code, servers);
    }

    public async Task<App> DeployAsync(string name, GitRepository code, IReadOnlyList<FreshServer> servers, params IReadOnlyList<string>[] roles)
    {
        var app = await CreateAsync(name, code, servers, roles);
        var deployment = await app.LastDeploymentAsync();
        if (deployment.Outcome.Code != 1)
            throw new InvalidOperationException($"The first deployment failed: {deployment.Message}");
        return app;
    }

    /// <summary>Makes a stack and waits until it has nothing more to do.</summary>
    public async Task<App> CreateAsync(string name, GitRepository code, IReadOnlyList<FreshServer> servers, params IReadOnlyList<string>[] roles)
    {
        List<AddServer> wanted = [];
        foreach (var (index, server) in servers.Index())
            wanted.Add(await DescribeAsync(server) with { Roles = index < roles.Length ? roles[index] : [] });
        var created = await Client.Stacks.CreateAsync(
            new() { Name = name, Git = code.Url, GitBranch = "main", Servers = wanted, Deploy = servers.Count > 0 }, App.Token);
        var app = new App(Client, created.Stack, code, servers);
        await app.RestAsync();
        return app;
    }

    /// <summary>How a server is enrolled.</summary>
    public static async Task<AddServer> DescribeAsync(FreshServer server) =>
        new() { Address = server.Address, PrivateKey = await File.ReadAllTextAsync(server.PrivateKeyFile, App.Token) };

    public async ValueTask DisposeAsync()
    {
        await Git.DisposeAsync();
        await Slipway.DisposeAsync();
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
        _data.Delete(recursive: true);
    }
}
