using Slipway.Contracts.Containers;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;
using Slipway.SystemTests.Work.Crashes;

namespace Slipway.SystemTests.Docker;

/// <summary>Slipway killed again and again in a deployment and in changes of its containers: it goes on where it was, and nothing happens twice.</summary>
public sealed class DockerCrashTests(Testbed testbed, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Patient = new() { ["Slipway__RateLimit__RequestsPerHour"] = "1000000" };
    private static readonly string[] Inside = ["start new containers", "prepare the switch", "switch traffic"];

    private Owner _owner = null!;
    private App _app = null!;

    public async ValueTask InitializeAsync()
    {
        _owner = await Owner.StartAsync(testbed, Patient);
        _app = await DockerApp.DeployAsync(_owner, "Container app", [await _owner.StartDockerServerAsync()]);
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    [Fact]
    public async Task Work_KilledAtItsSteps_AndInsideItsCommands_EndsWell_AndRunsItsCommandOnce()
    {
        await using var gate = await RequestGate.InstallAsync(_app.Server, RequestGate.Before, RequestGate.Begun, RequestGate.Ended);
        await _owner.Slipway.KillAsync();
        await _owner.Slipway.StartAsync(App.Token);
        var crashing = new CrashingDeployment(_app, [_owner.Slipway], gate);
        HashSet<string> boundaries = [];
        HashSet<string> insides = [];

        var load = await _app.UnderLoadAsync(async () =>
        {
            await _app.Code.CommitVersionAsync("201", App.Token);
            var reply = await _app.QueueAsync();
            await crashing.KillAsync(reply.AsyncActionId, (held, step) => (held.Phase, held.Operation) switch
            {
                (RequestGate.Before, _) => boundaries.Add(step),
                (RequestGate.Begun, "run") => true,
                // Commands without a ticket are told to have begun before they have, so that the place inside of them is their end.
                (RequestGate.Ended, "direct") => Inside.Contains(step) && insides.Add($"{step} {held.Place}") && insides.Count(place => place.StartsWith(step, StringComparison.Ordinal)) <= 4,
                _ => false,
            });
            DeployedApp.AssertSucceeded(await _app.EndAsync(reply));
            Assert.All(await _app.StepsAsync(reply.AsyncActionId), step => Assert.True(step.State is "done" or "skipped", $"{step.Name} is {step.State}"));
            return null;
        });

        output.WriteLine($"{load}\nKilled at {crashing.Kills.Count} of {crashing.Places} places:\n{string.Join('\n', crashing.Kills)}");
        Assert.True(load.Broken.Count == 0, load.ToString());
        Assert.True(boundaries.Count >= 10, string.Join(", ", boundaries));
        Assert.Equal("201", await _app.GetAsync("/"));
        Assert.Equal(["build", "deploy"], (await _app.GetAsync("/commands")).Split('\n'));
        await AssertNothingElseRunsAsync(containers: 2);
        await AssertChangesEndWellAsync(gate);
    }

    private async Task AssertChangesEndWellAsync(RequestGate gate)
    {
        var server = (await _app.Client.Servers.ListAsync(_app.Uid, 1, App.Token)).Response[0].Uid;
        var first = (await _app.DeploymentsAsync())[^1];
        var crashing = new CrashingDeployment(_app, [_owner.Slipway], gate);
        var load = await _app.UnderLoadAsync(async () =>
        {
            await KillAsync((await _app.Client.Services.ScaleAsync(_app.Uid, "web", new Dictionary<string, int> { [server] = 3 }, App.Token)).Id);
            await AssertNothingElseRunsAsync(containers: 4);
            await KillAsync((await _app.Client.Deployments.RollbackAsync(_app.Uid, first.Id, App.Token)).AsyncActionId);
            await AssertNothingElseRunsAsync(containers: 4);
            await _app.Server.ExecuteAsync(["docker", "container", "kill", (await ListAsync()).First(container => container.ServiceName == "web").Uid], App.Token);
            await KillAsync(await AwaitRepairAsync(gate));
            await AssertNothingElseRunsAsync(containers: 4);
            return null;
        });
        output.WriteLine($"{load}\nKilled at {crashing.Kills.Count} of {crashing.Places} places:\n{string.Join('\n', crashing.Kills)}");
        Assert.True(load.Broken.Count == 0, load.ToString());

        async Task KillAsync(int action)
        {
            HashSet<string> left = ["start new containers", "switch traffic"];
            await crashing.KillAsync(action, (held, step) => held.Phase == RequestGate.Ended && left.Remove(step));
            Assert.Empty(left);
            var ended = await _app.EndAsync(action);
            Assert.True(ended.FinishedSuccess, $"{ended.Action}: {ended.FinishedMessage}");
        }
    }

    // The watch asks at the gate, too.
    private async Task<int> AwaitRepairAsync(RequestGate gate)
    {
        int? repair = null;
        await App.WaitAsync(async () =>
        {
            if (await gate.NextAsync() is { } held)
                await gate.LetGoAsync(held);
            repair = (await _app.Client.Actions.ListAsync(_app.Uid, cancellationToken: App.Token)).Response.FirstOrDefault(action => action.Action == "container_repair")?.Id;
            return repair is not null;
        });
        return repair!.Value;
    }

    private async Task<IReadOnlyList<Container>> ListAsync() => (await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response;

    private async Task AssertNothingElseRunsAsync(int containers)
    {
        var listed = (await ListAsync()).Select(container => container.Uid).ToHashSet();
        Assert.Equal(containers, listed.Count);
        await App.WaitAsync(async () => listed.SetEquals(
            (await _app.Server.ExecuteAsync(["docker", "container", "ls", "--all", "--quiet", "--no-trunc"], App.Token)).Split('\n')));
    }
}
