using Slipway.Rig;
using Slipway.SystemTests.Deployments;
using Slipway.SystemTests.Work.Crashes;

namespace Slipway.SystemTests.Docker;

/// <summary>Slipway killed again and again in one deployment of containers: it goes on where it was, and nothing happens twice.</summary>
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
    public async Task Deployment_KilledAtEachStep_AndInsideItsCommands_EndsWell_AndRunsItsCommandOnce()
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
            await crashing.KillAsync(reply, (held, step) => (held.Phase, held.Operation) switch
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
        var listed = (await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response.Select(container => container.Uid).ToHashSet();
        await App.WaitAsync(async () => listed.SetEquals(
            (await _app.Server.ExecuteAsync(["docker", "container", "ls", "--all", "--quiet", "--no-trunc"], App.Token)).Split('\n')));
    }
}
