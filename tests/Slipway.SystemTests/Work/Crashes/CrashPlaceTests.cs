using System.Globalization;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Crashes;

/// <summary>
/// Slipway killed at exact places of a deployment on a real server: the application always serves, the deployment always ends well, its log is whole.
/// </summary>
public sealed class CrashPlaceTests(Testbed testbed, KilledApp killed, ITestOutputHelper output) : IClassFixture<KilledApp>
{
    private const string SeedVariable = "SLIPWAY_SEED";
    private static readonly string[] AllPhases = [RequestGate.Before, RequestGate.Begun, RequestGate.Ended];

    [Fact]
    public async Task Sqlite_AtEachStepBoundary_AndInsideEachCommand()
    {
        HashSet<string> boundaries = [];
        // A step's first request stands at its boundary: it is journaled as running, and nothing was done for it yet. Commands without a ticket are told
        // to have begun before they have, so that the place inside of them is their end.
        var deployment = await RunAsync(killed.App, [killed.Owner.Slipway], AllPhases, (held, step) => (held.Phase, held.Operation) switch
        {
            (RequestGate.Before, _) => boundaries.Add(step),
            (RequestGate.Begun, "run") or (RequestGate.Ended, "direct") => true,
            _ => false,
        });
        Assert.True(boundaries.Count >= 10, string.Join(", ", boundaries));
        Assert.True(deployment.Kills.Count > boundaries.Count + 5, string.Join('\n', deployment.Kills));
    }

    [Fact]
    public async Task Sqlite_WhenADeploymentWasCancelled_ItStaysCancelled()
    {
        var app = killed.App;
        var before = await app.RevisionAsync();
        var reply = await Nodes.QueueWithGateAsync(app);
        await app.Client.Deployments.CancelAsync(app.Uid, reply.DeploymentId, App.Token);
        await killed.Owner.Slipway.KillAsync();
        await killed.Owner.Slipway.StartAsync(App.Token);
        var deployment = await app.EndAsync(reply);
        Assert.Equal("cancelled", deployment.Outcome.Meaning);
        Assert.Equal(before, await app.RevisionAsync());
        Assert.Equal("", await app.Server.ExecuteAsync(["sh", "-c", "pgrep -f '[a]t-the-gate' || true"], App.Token));
        await app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = null }, App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
    }

    [Fact]
    public async Task TwoNodes_AtASeededTenthOfAllPlaces()
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);
        output.WriteLine($"Seed {seed} ({SeedVariable}={seed} chooses the same places again)");
        var random = new Random(seed);
        var (number, chosen) = (0, 0);
        await RunOnTwoNodesAsync((_, _) =>
        {
            if (number % 10 == 0)
                chosen = number + random.Next(10);
            return number++ == chosen;
        });
    }

    [Fact(Explicit = true)]
    public Task Sqlite_AtAllPlaces() => RunAsync(killed.App, [killed.Owner.Slipway], AllPhases, (_, _) => true);

    [Fact(Explicit = true)]
    public Task TwoNodes_AtAllPlaces() => RunOnTwoNodesAsync((_, _) => true);

    private async Task RunOnTwoNodesAsync(Func<HeldRequest, string, bool> isChosen)
    {
        var nodes = new Nodes(testbed);
        try
        {
            await nodes.InitializeAsync();
            var (second, _) = await nodes.AddAsync();
            await using var other = second;
            var deployment = await RunAsync(nodes.App, [nodes.Owner.Slipway, second], AllPhases, isChosen);
            Assert.NotEmpty(deployment.Kills);
        }
        finally
        {
            await nodes.DisposeAsync();
        }
    }

    private async Task<CrashingDeployment> RunAsync(
        App app, IReadOnlyList<SlipwayServer> nodes, IReadOnlyList<string> phases, Func<HeldRequest, string, bool> isChosen)
    {
        await using var gate = await RequestGate.InstallAsync(app.Server, phases);
        foreach (var node in nodes)
        {
            await node.KillAsync();
            await node.StartAsync(App.Token);
        }
        var deployment = new CrashingDeployment(app, nodes, gate);
        try
        {
            await deployment.RunAsync("killed", isChosen);
        }
        finally
        {
            output.WriteLine($"Killed at {deployment.Kills.Count} of {deployment.Places} places:\n{string.Join('\n', deployment.Kills)}");
        }
        return deployment;
    }
}
