using Slipway.Engine.Stacks;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A Docker stack on two servers: all of them get a version, or none.</summary>
public sealed class DockerFleetTests(Testbed testbed, SharedOwner shared)
{
    private static readonly string[] Connect = ["perl", "-MIO::Socket::INET", "-e", "print IO::Socket::INET->new(PeerAddr => shift, Timeout => 5) ? 'yes' : 'no'"];

    // In a container that is not the stack's.
    private static readonly string[] Elsewhere = ["docker", "run", "--rm", "slipway-base:1"];

    // What another stack has on a server for its names.
    private const string Move = """
        printf 'table ip slipway_neighbour {\n chain names {\n type nat hook prerouting priority -110; policy accept;\n ip daddr 198.18.250.1 tcp dport 3000 redirect to :65001\n }\n}\n' >/etc/slipway/names/neighbour.nft
        nft --file /etc/slipway/names/neighbour.nft
        echo '# of a neighbour' >/etc/nginx/slipway-stream/neighbour.conf
        ln -s neighbour/web/3000 /etc/slipway/ports/65001
        """;

    private const string LookAtNeighbour = """
        nft list table ip slipway_neighbour | grep -o 'redirect to :65001'
        cat /etc/nginx/slipway-stream/neighbour.conf
        readlink /etc/slipway/ports/65001
        nginx -t 2>&1 | grep -o 'test is successful'
        """;

    private const string LookForTraces = """
        find /etc/nginx /etc/slipway -name "*$1*"
        find /etc/slipway/ports -lname "$1/*"
        nft list tables | grep "slipway_$1$"
        docker container ls --all --quiet --filter "label=slipway.stack=$1"
        docker network ls --quiet --filter "label=slipway.stack=$1"
        docker image ls --quiet "slipway/$1/*"
        true
        """;

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

        // Its requirement runs on the first server only, and is found by its name all the same.
        Assert.Equal("1", await app.GetAsync("/peer", servers[1]));
        var before = await app.GetAsync("/");
        // A folder where the log would be: containers of the second server end at once.
        await servers[1].ExecuteAsync(["sh", "-c", "rm -rf /var/log/containers/*/web && ln -s /nowhere/at/all /var/log/containers/$(ls /var/log/containers)/web"], App.Token);
        await app.Code.CommitVersionAsync("301", App.Token);
        var failed = await app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Equal([before, before], [await app.GetAsync("/"), await app.GetAsync("/", servers[1])]);

        await servers[1].ExecuteAsync(["sh", "-c", "rm -f /var/log/containers/*/web"], App.Token);
        // From now on under HTTPS, too, and with a database, which is on the first server.
        var services = await File.ReadAllTextAsync(Path.Combine(app.Code.Folder, ".cloud66/services.yml"), App.Token);
        await app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = services.Replace("3000:80", "3000:80:443", StringComparison.Ordinal) + "  databases: [redis]\n" }, App.Token);
        Assert.Equal("1", await app.GetAsync("/peer", servers[1]));
        await using (var load = LoadGenerator.Start(servers[1].Url("/peer"), perSecond: 20))
        {
            var again = await app.DeployAsync();
            AssertNoneFailed(await load.StopAsync());
            DeployedApp.AssertSucceeded(again);
            Assert.Contains(await app.LinesAsync(again.AsyncActionId!.Value), line => line.EndsWith(" MB, 1 of 3 layers.", StringComparison.Ordinal));
        }
        Assert.Equal(await ImagesAsync(servers[0]), await ImagesAsync(servers[1]));
        await ProbeFromAfarAsync(app, uids[servers[1].Address]);
        Assert.Equal(["301", "301"], [await app.GetAsync("/"), await app.GetAsync("/", servers[1])]);
        Assert.Equal(["80:443", "80:443", "80:443"], (await app.Client.Services.GetAsync(app.Uid, "web", cancellationToken: App.Token)).Containers.Select(container => container.WebPorts));
        var log = (await app.Client.Services.ListLogAsync(app.Uid, "web", cancellationToken: App.Token)).Response;
        Assert.Equal(2, log.Select(line => line.Server).Distinct().Count());
        Assert.Equal(log.Select(line => line.Time).Order(StringComparer.Ordinal), log.Select(line => line.Time));

        var certificates = new FleetCertificates(app);
        await certificates.AssertSelfSignedAsync();
        await certificates.AssertBrokenPairIsRefusedAsync();
        await certificates.PutOwnAsync();
        await AssertNamesFollow(app, uids[servers[0].Address], uids[servers[1].Address]);
        await AssertOnlyServersAreAnswered(app);
        await certificates.AssertOwnAsync();
        await AssertNamesGo(app, uids[servers[0].Address], uids[servers[1].Address]);
    }

    // A server leaves, and then the stack does: names of another one that both servers have stay.
    private static async Task AssertNamesGo(App app, string first, string second)
    {
        var (stays, leaves) = (app.Servers[0], app.Servers[1]);
        await Task.WhenAll(RunAsync(stays, Move), RunAsync(leaves, Move));
        await app.DoneAsync(app.Client.Services.ScaleAsync(app.Uid, "counter", new Dictionary<string, int> { [first] = 1 }, App.Token));
        Assert.Contains(leaves.Address, await RulesAsync(), StringComparison.Ordinal);

        await app.DoneAsync(app.Client.Servers.RemoveAsync(app.Uid, second, cancellationToken: App.Token));

        await AssertGone(leaves);
        await AssertAloneAsync("301");
        // What starts from now on is alone, too, and what knows names already must not lose them.
        await app.Code.CommitVersionAsync("302", App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
        await AssertAloneAsync("302");

        await app.Client.Stacks.DeleteAsync(app.Uid, new(DeleteData: true), App.Token);
        await App.WaitAsync(async () => (await app.Client.Stacks.ListAsync(1, App.Token)).Response.All(stack => stack.Uid != app.Uid));
        await AssertGone(stays);

        Task<string> RunAsync(FreshServer server, string script) => server.ExecuteAsync(["sh", "-c", script.ReplaceLineEndings("\n"), "sh", app.Slug], App.Token);

        async Task AssertAloneAsync(string version)
        {
            // The counter is one of those that deployments leave alone.
            Assert.Equal([version, "301"], [await app.GetAsync("/"), await app.GetAsync("/peer")]);
            var rules = await RulesAsync();
            Assert.Contains("redirect to", rules, StringComparison.Ordinal);
            Assert.DoesNotContain(leaves.Address, rules, StringComparison.Ordinal);
        }

        Task<string> RulesAsync() => RunAsync(stays, """nft list table ip "slipway_$1"; cat "/etc/nginx/slipway-stream/$1.conf" """);

        async Task AssertGone(FreshServer server)
        {
            Assert.Equal("", await RunAsync(server, LookForTraces));
            Assert.Equal("redirect to :65001\n# of a neighbour\nneighbour/web/3000\ntest is successful", await RunAsync(server, LookAtNeighbour));
        }
    }

    // A service spreads to the other server, and then leaves the first one, while it is asked from both.
    private static async Task AssertNamesFollow(App app, string first, string second)
    {
        await using var onFirst = LoadGenerator.Start(app.Servers[0].Url("/peer"), perSecond: 10);
        await using var onSecond = LoadGenerator.Start(app.Servers[1].Url("/peer"), perSecond: 10);
        await app.DoneAsync(app.Client.Services.ScaleAsync(app.Uid, "counter", new Dictionary<string, int> { [second] = 1 }, App.Token));
        await app.DoneAsync(app.Client.Services.ScaleAsync(app.Uid, "counter", new Dictionary<string, int> { [first] = 0 }, App.Token));
        var seen = await Task.WhenAll(onFirst.StopAsync(), onSecond.StopAsync());
        Assert.All(seen, AssertNoneFailed);
        Assert.Single((await app.Client.Services.GetAsync(app.Uid, "counter", second, App.Token)).Containers);
        await app.Servers[1].RebootAsync(App.Token);
        await App.WaitAsync(async () => (await Task.WhenAll(app.Servers.Select(server => app.TryGetAsync("/peer", server)))).All(answer => answer == "301"));
    }

    private static async Task AssertOnlyServersAreAnswered(App app)
    {
        var links = (await app.Servers[1].ExecuteAsync(["find", "/etc/slipway/ports", "-type", "l", "-printf", "%f %l\\n"], App.Token)).Split('\n');
        var port = links.Single(link => link.EndsWith($" {app.Slug}/counter/3000", StringComparison.Ordinal)).Split(' ')[0];
        var url = $"http://{app.Servers[1].Address}:{port}/";
        Assert.Equal("301", (await app.Servers[0].ExecuteAsync(["curl", "--silent", "--show-error", "--max-time", "60", url], App.Token)).Trim());
        // Other containers of a server come with its address.
        Assert.Equal("no", await app.Servers[0].ExecuteAsync([.. Elsewhere, .. Connect, $"{app.Servers[1].Address}:{port}"], App.Token));
        // The stack's Redis lets the server in.
        var redis = $"{app.Servers[0].Address}:{DatabaseKinds.ChoosePort(DatabaseKinds.Redis, [])}";
        Assert.Equal(["yes", "no"], [await app.Servers[1].ExecuteAsync([.. Connect, redis], App.Token), await app.Servers[1].ExecuteAsync([.. Elsewhere, .. Connect, redis], App.Token)]);
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(url, App.Token));
        Assert.DoesNotContain($"0.0.0.0:{port}", await app.Servers[1].ExecuteAsync(["ss", "--listening", "--tcp", "--numeric", "--no-header"], App.Token), StringComparison.Ordinal);
    }

    // Whether names lead somewhere is asked here, and not how fast: two servers, their load and whatever else runs share the processors.
    private static void AssertNoneFailed(LoadReport load)
    {
        Assert.NotEmpty(load.Samples);
        Assert.All(load.Samples, sample => Assert.Equal(200, sample.Status));
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
