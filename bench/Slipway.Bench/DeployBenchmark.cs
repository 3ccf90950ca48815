using Slipway.Contracts;
using Slipway.Rig;
using static Slipway.Bench.Deploying;

namespace Slipway.Bench;

/// <summary>Slipway beside a raw script that does the same work, on servers of the same kind, one after the other.</summary>
internal sealed class DeployBenchmark(int rounds, int fresh)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Servers stay until the end: another one at the same address would have another host key than the one that was pinned.
        await using var testbed = new Testbed();
        await using var git = await GitServer.StartAsync(testbed, cancellationToken);
        var data = Directory.CreateTempSubdirectory("slipway-bench-");
        await using var slipway = await SlipwayServer.StartAsync(data, 0, new Dictionary<string, string>(), cancellationToken);
        var owner = await slipway.SetUpAsync("bench@example.test", "a long enough password", cancellationToken);
        var client = slipway.ClientFor(owner.Token);

        Console.WriteLine("| | wall s, median (range) | until live s | failed requests |");
        Console.WriteLine("|---|---|---|---|");
        var (rawFirst, rawAgain) = await MeasureRawAsync(testbed, git, cancellationToken);
        var (first, again) = await MeasureSlipwayAsync(testbed, git, client, cancellationToken);
        Report("redeploy", rawAgain, again, aim: 1.5);
        Report("first deploy", rawFirst, first, aim: 1.5);
        var rawFresh = await MeasureFreshAsync("raw: fresh server to live", testbed, git, (server, url, token) => DeployRawFreshAsync(server, url, token), cancellationToken);
        var ourFresh = await MeasureFreshAsync(
            "Slipway: fresh server to live", testbed, git, (server, url, token) => DeployFreshAsync(client, server, url, token), cancellationToken);
        Report("fresh server to live", rawFresh, ourFresh, aim: 1.3);
        data.Delete(recursive: true);
        return 0;
    }

    private async Task<(Series First, Series Again)> MeasureRawAsync(Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        var server = await testbed.StartWarmAsync(cancellationToken);
        var code = await git.CreateRepositoryAsync("samples/rack-app", cancellationToken);
        var raw = new RawServer(server);
        await raw.SetUpAsync(cancellationToken);
        var first = await TimeAsync(server, await code.HeadAsync(cancellationToken), load: false, token => raw.DeployAsync(code.Url, token), cancellationToken);
        var again = await RepeatAsync(server, code, token => raw.DeployAsync(code.Url, token), cancellationToken);
        return (Tell(new("raw: first deploy", [first])), Tell(new("raw: redeploy", again)));
    }

    private async Task<(Series First, Series Again)> MeasureSlipwayAsync(
        Testbed testbed, GitServer git, SlipwayClient client, CancellationToken cancellationToken)
    {
        var server = await testbed.StartWarmAsync(cancellationToken);
        var code = await git.CreateRepositoryAsync("samples/rack-app", cancellationToken);
        var stack = await CreateAsync(client, server, code.Url, "redeployed", deploy: false, cancellationToken);
        var first = await TimeAsync(
            server, await code.HeadAsync(cancellationToken), load: false, token => RedeployAsync(client, stack, token), cancellationToken);
        var again = await RepeatAsync(server, code, token => RedeployAsync(client, stack, token), cancellationToken);
        return (Tell(new("Slipway: first deploy, with provisioning checked", [first])), Tell(new("Slipway: redeploy, with health check", again)));
    }

    private async Task<Series> MeasureFreshAsync(
        string name, Testbed testbed, GitServer git, Func<FreshServer, string, CancellationToken, Task> deploy, CancellationToken cancellationToken)
    {
        List<Measured> values = [];
        for (var round = 0; round < fresh; round++)
        {
            var server = await testbed.StartBareAsync(cancellationToken);
            var code = await git.CreateRepositoryAsync("samples/rack-app", cancellationToken);
            values.Add(await TimeAsync(
                server, await code.HeadAsync(cancellationToken), load: false, token => deploy(server, code.Url, token), cancellationToken));
        }
        return Tell(new(name, values));
    }

    private async Task<IReadOnlyList<Measured>> RepeatAsync(
        FreshServer server, GitRepository code, Func<CancellationToken, Task> deploy, CancellationToken cancellationToken)
    {
        List<Measured> values = [];
        for (var round = 0; round < rounds; round++)
        {
            var revision = await code.CommitVersionAsync($"round {round}", cancellationToken);
            values.Add(await TimeAsync(server, revision, load: true, deploy, cancellationToken));
        }
        return values;
    }

    private static async Task DeployRawFreshAsync(FreshServer server, string url, CancellationToken cancellationToken)
    {
        var raw = new RawServer(server);
        await raw.SetUpAsync(cancellationToken);
        await raw.DeployAsync(url, cancellationToken);
    }

    private static async Task DeployFreshAsync(SlipwayClient client, FreshServer server, string url, CancellationToken cancellationToken)
    {
        var name = "fresh " + server.Name;
        var uid = await CreateAsync(client, server, url, name, deploy: true, cancellationToken);
        var actions = await client.Actions.ListAsync(uid, cancellationToken: cancellationToken);
        await FollowAsync(client, uid, actions.Response.Max(action => action.Id), cancellationToken);
    }
}
