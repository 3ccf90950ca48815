using Slipway.Contracts;
using Slipway.Rig;
using static Slipway.Bench.Deploying;

namespace Slipway.Bench;

/// <summary>Redeploying and scaling containers beside a script that builds, runs, checks and switches by hand, in turns on two servers of the same kind.</summary>
internal sealed class DockerBenchmark(int rounds)
{
    private const int Most = 3;
    private const double Aim = 1.5;
    private const string Definition = "services:\n  web:\n    ports: [\"3000:80\"]\n    health: /healthz\n    stop_grace: 1s\n";

    // Until the containers that one side has let go of are gone, so that their end does not slow the other down.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(4);

    private int _version = 100;

    private sealed record Side(string Name, FreshServer Server, GitRepository Code, Func<CancellationToken, Task> Deploy, Func<int, CancellationToken, Task> Scale);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var testbed = new Testbed();
        await using var git = await GitServer.StartAsync(testbed, cancellationToken);
        var data = Directory.CreateTempSubdirectory("slipway-bench-");
        await using var slipway = await SlipwayServer.StartAsync(data, 0, new Dictionary<string, string>(), cancellationToken);
        var client = slipway.ClientFor((await slipway.SetUpAsync("bench@example.test", "a long enough password", cancellationToken)).Token);
        Side[] sides = [await PrepareRawAsync(testbed, git, cancellationToken), await PrepareSlipwayAsync(testbed, git, client, cancellationToken)];

        Console.WriteLine("| | wall s, median (range) | until live s | failed requests |");
        Console.WriteLine("|---|---|---|---|");
        Dictionary<string, List<Measured>> values = [];
        for (var round = 0; round < rounds; round++)
        {
            var version = $"{_version++}";
            foreach (var side in sides)
                await side.Code.CommitVersionAsync(version, cancellationToken);
            await MeasureAsync("redeploy", version, side => side.Deploy);
            await MeasureAsync($"scale to {Most}", version, side => token => side.Scale(Most, token));
            await MeasureAsync("scale to 1", version, side => token => side.Scale(1, token));
        }
        var series = values.ToDictionary(pair => pair.Key, pair => Tell(new(pair.Key, pair.Value)));
        foreach (var what in (string[])["redeploy", $"scale to {Most}", "scale to 1"])
            Report(what, series[$"{sides[0].Name}: {what}"], series[$"{sides[1].Name}: {what}"], Aim);
        data.Delete(recursive: true);
        return 0;

        async Task MeasureAsync(string what, string version, Func<Side, Func<CancellationToken, Task>> work)
        {
            foreach (var side in sides)
            {
                await Task.Delay(Rest, cancellationToken);
                var measured = await TimeAsync(side.Server, version, load: true, work(side), cancellationToken);
                if (!values.TryGetValue($"{side.Name}: {what}", out var known))
                    values[$"{side.Name}: {what}"] = known = [];
                known.Add(measured);
            }
        }
    }

    private static async Task<Side> PrepareRawAsync(Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        var server = await testbed.StartDockerAsync(cancellationToken);
        var (code, raw) = (await CreateCodeAsync(git, cancellationToken), new RawServer(server));
        await raw.DeployContainersAsync(code.Url, 1, cancellationToken);
        return new("raw", server, code, token => raw.DeployContainersAsync(code.Url, 1, token), (count, token) => raw.DeployContainersAsync("-", count, token));
    }

    private static async Task<Side> PrepareSlipwayAsync(Testbed testbed, GitServer git, SlipwayClient client, CancellationToken cancellationToken)
    {
        var server = await testbed.StartDockerAsync(cancellationToken);
        var code = await CreateCodeAsync(git, cancellationToken);
        var stack = await CreateAsync(client, server, code.Url, "containers", deploy: false, cancellationToken);
        await RedeployAsync(client, stack, cancellationToken);
        var uid = (await client.Servers.ListAsync(stack, cancellationToken: cancellationToken)).Response[0].Uid;
        return new("Slipway", server, code, token => RedeployAsync(client, stack, token), ScaleAsync);

        async Task ScaleAsync(int count, CancellationToken token)
        {
            var action = await client.Services.ScaleAsync(stack, "web", new Dictionary<string, int> { [uid] = count }, token);
            await FollowAsync(client, stack, action.Id, token);
        }
    }

    private static async Task<GitRepository> CreateCodeAsync(GitServer git, CancellationToken cancellationToken)
    {
        var code = await git.CreateRepositoryAsync("tests/testbed/apps/container-app", cancellationToken);
        await code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = Definition }, cancellationToken);
        return code;
    }
}
