using Slipway.Contracts;
using Slipway.Rig;
using static Slipway.Bench.Deploying;

namespace Slipway.Bench;

/// <summary>Redeploying and scaling containers beside a script that builds, runs, checks and switches by hand, on servers of the same kind.</summary>
internal sealed class DockerBenchmark(int rounds)
{
    private const int Most = 3;
    private const string Definition = "services:\n  web:\n    ports: [\"3000:80\"]\n    health: /healthz\n    stop_grace: 1s\n";

    private int _version = 100;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var testbed = new Testbed();
        await using var git = await GitServer.StartAsync(testbed, cancellationToken);
        var data = Directory.CreateTempSubdirectory("slipway-bench-");
        await using var slipway = await SlipwayServer.StartAsync(data, 0, new Dictionary<string, string>(), cancellationToken);
        var client = slipway.ClientFor((await slipway.SetUpAsync("bench@example.test", "a long enough password", cancellationToken)).Token);

        Console.WriteLine("| | wall s, median (range) | until live s | failed requests |");
        Console.WriteLine("|---|---|---|---|");
        var (rawAgain, rawScale) = await MeasureRawAsync(testbed, git, cancellationToken);
        var (again, scale) = await MeasureSlipwayAsync(testbed, git, client, cancellationToken);
        Report("redeploy", rawAgain, again, aim: 1.5);
        Report("scale", rawScale, scale, aim: 1.5);
        data.Delete(recursive: true);
        return 0;
    }

    private async Task<(Series Again, Series Scale)> MeasureRawAsync(Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        var server = await testbed.StartDockerAsync(cancellationToken);
        var (code, raw) = (await CreateCodeAsync(git, cancellationToken), new RawServer(server));
        await raw.DeployContainersAsync(code.Url, 1, cancellationToken);
        return (
            Tell(new("raw: redeploy", await RepeatAsync(server, code, token => raw.DeployContainersAsync(code.Url, 1, token), cancellationToken))),
            Tell(new("raw: scale to 3 and back", await ScaleAsync(server, (count, token) => raw.DeployContainersAsync(code.Url, count, token), cancellationToken))));
    }

    private async Task<(Series Again, Series Scale)> MeasureSlipwayAsync(Testbed testbed, GitServer git, SlipwayClient client, CancellationToken cancellationToken)
    {
        var server = await testbed.StartDockerAsync(cancellationToken);
        var code = await CreateCodeAsync(git, cancellationToken);
        var stack = await CreateAsync(client, server, code.Url, "containers", deploy: false, cancellationToken);
        await RedeployAsync(client, stack, cancellationToken);
        var uid = (await client.Servers.ListAsync(stack, cancellationToken: cancellationToken)).Response[0].Uid;
        return (
            Tell(new("Slipway: redeploy", await RepeatAsync(server, code, token => RedeployAsync(client, stack, token), cancellationToken))),
            Tell(new("Slipway: scale to 3 and back", await ScaleAsync(server, ScaleOursAsync, cancellationToken))));

        async Task ScaleOursAsync(int count, CancellationToken token)
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

    private async Task<IReadOnlyList<Measured>> RepeatAsync(
        FreshServer server, GitRepository code, Func<CancellationToken, Task> deploy, CancellationToken cancellationToken)
    {
        List<Measured> values = [];
        for (var round = 0; round < rounds; round++)
        {
            var version = $"{_version++}";
            await code.CommitVersionAsync(version, cancellationToken);
            values.Add(await TimeAsync(server, version, load: true, deploy, cancellationToken));
        }
        return values;
    }

    private async Task<IReadOnlyList<Measured>> ScaleAsync(FreshServer server, Func<int, CancellationToken, Task> scale, CancellationToken cancellationToken)
    {
        List<Measured> values = [];
        for (var round = 0; round < rounds; round++)
        {
            values.Add(await TimeAsync(server, $"{_version - 1}", load: true, token => scale(Most, token), cancellationToken));
            values.Add(await TimeAsync(server, $"{_version - 1}", load: true, token => scale(1, token), cancellationToken));
        }
        return values;
    }
}
