using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A Docker stack on two servers: all of them get a version, or none.</summary>
public sealed class DockerFleetTests(Testbed testbed, SharedOwner shared)
{
    [Fact]
    public async Task Deployment_IsOnAllServers_OrOnNone()
    {
        var owner = await shared.GetAsync(testbed);
        var servers = await Task.WhenAll(owner.StartDockerServerAsync(), owner.StartDockerServerAsync());
        var app = await DockerApp.DeployAsync(owner, "Container fleet", servers);
        var uids = (await app.Client.Servers.ListAsync(app.Uid, 1, App.Token)).Response.ToDictionary(server => server.Address, server => server.Uid);
        Assert.Equal(await ImagesAsync(servers[0]), await ImagesAsync(servers[1]));
        Assert.Equal("", await servers[1].ExecuteAsync(["find", "/var/deploy", "-name", "cached-copy"], App.Token));
        // As on a server that was added later.
        await servers[1].ExecuteAsync(["sh", "-c", "docker image ls --format '{{.Repository}}:{{.Tag}}' --filter 'reference=slipway/*/web' | xargs docker image rm"], App.Token);
        // Everything starts on the first server; the others answer that nothing is there.
        Assert.Equal(503, (int)(await Assert.ThrowsAsync<HttpRequestException>(() => app.GetAsync("/", servers[1]))).StatusCode!);

        await app.DoneAsync(app.Client.Services.ScaleAsync(
            app.Uid, "web", new Dictionary<string, int> { [uids[servers[1].Address]] = 2, ["unknown"] = 5 }, App.Token));
        Assert.Equal(await app.GetAsync("/"), await app.GetAsync("/", servers[1]));
        var onSecond = await app.Client.Services.GetAsync(app.Uid, "web", uids[servers[1].Address], App.Token);
        Assert.Equal(2, onSecond.Containers.Count);

        var before = await app.GetAsync("/");
        // A folder where the log would be: containers of the second server end at once.
        await servers[1].ExecuteAsync(["sh", "-c", "rm -rf /var/log/containers/*/web && ln -s /nowhere/at/all /var/log/containers/$(ls /var/log/containers)/web"], App.Token);
        await app.Code.CommitVersionAsync("301", App.Token);
        var failed = await app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Equal([before, before], [await app.GetAsync("/"), await app.GetAsync("/", servers[1])]);

        await servers[1].ExecuteAsync(["sh", "-c", "rm -f /var/log/containers/*/web"], App.Token);
        // From now on with a database, which is on the first server.
        var services = await File.ReadAllTextAsync(Path.Combine(app.Code.Folder, ".cloud66/services.yml"), App.Token);
        await app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = services + "  databases: [redis]\n" }, App.Token);
        var again = await app.DeployAsync();
        DeployedApp.AssertSucceeded(again);
        Assert.Contains(await app.LinesAsync(again.AsyncActionId!.Value), line => line.EndsWith(" MB, 1 of 3 layers.", StringComparison.Ordinal));
        Assert.Equal(await ImagesAsync(servers[0]), await ImagesAsync(servers[1]));
        await ProbeFromAfarAsync(app, uids[servers[1].Address]);
        Assert.Equal(["301", "301"], [await app.GetAsync("/"), await app.GetAsync("/", servers[1])]);
        Assert.Equal(3, (await app.Client.Services.GetAsync(app.Uid, "web", cancellationToken: App.Token)).Containers.Count);
    }

    private static async Task ProbeFromAfarAsync(App app, string serverUid)
    {
        var probe = await app.Client.Services.RunAsync(app.Uid, "web", new() { Command = DatabaseProbe.Command, ServerUid = serverUid }, App.Token);
        await app.EndAsync(probe.Id);
        Assert.Equal("redis=yes", (await app.LinesAsync(probe.Id))[0]);
    }

    private static Task<string> ImagesAsync(FreshServer server) => server.ExecuteAsync(
        ["docker", "image", "ls", "--no-trunc", "--filter", "reference=slipway/*/web", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"], App.Token);
}
