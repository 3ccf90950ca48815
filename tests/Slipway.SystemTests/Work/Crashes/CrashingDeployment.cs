using Slipway.Contracts.Deployments;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Crashes;

/// <summary>A deployment whose hooks talk, or another action, whose nodes are killed at the places that a test chooses.</summary>
internal sealed class CrashingDeployment(App app, IReadOnlyList<SlipwayServer> nodes, RequestGate gate)
{
    private const string Runs = "/tmp/hook-runs";
    private const string Patience = "/tmp/hook-goes-on";
    private static readonly string[] Points = ["first_thing", "after_bundle", "after_symlink", "last_thing"];

    // Whose hooks go on once the node that was killed is back; the others have ended by then.
    private static readonly Dictionary<string, string> PatientSteps = new() { ["run hooks after bundle"] = "after_bundle", ["run last hooks"] = "last_thing" };

    /// <summary>Where a node was killed, in order.</summary>
    public List<string> Kills { get; } = [];

    /// <summary>Places that were passed, killed at or not.</summary>
    public int Places { get; private set; }

    /// <summary>Commits a change with new gems and hooks, deploys it, and kills the node that asks wherever it is chosen. All must be as if nobody had.</summary>
    public async Task RunAsync(string version, Func<HeldRequest, string, bool> isChosen)
    {
        var load = await app.UnderLoadAsync(async () =>
        {
            await CommitAsync(version);
            var reply = await app.QueueAsync();
            await KillAsync(reply.AsyncActionId, isChosen);
            await AssertWholeAsync(reply);
            return await app.Code.HeadAsync(App.Token);
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.Equal(await app.Code.HeadAsync(App.Token), await app.RevisionAsync());
        await app.AwaitOneRunAsync();
    }

    /// <summary>Kills the node that asks wherever it is chosen, until an action has ended.</summary>
    public async Task KillAsync(int action, Func<HeldRequest, string, bool> isChosen)
    {
        while (true)
        {
            if (await gate.NextAsync() is not { } held)
            {
                if ((await app.Client.Actions.GetAsync(app.Uid, action, App.Token)).FinishedAt is not null)
                    return;
                continue;
            }
            Places++;
            var step = (await app.StepsAsync(action)).FirstOrDefault(each => each.State == "running")?.Name ?? "the end";
            if (!isChosen(held, step))
            {
                await gate.LetGoAsync(held);
            }
            // What another node has taken over meanwhile belongs to nobody who lives.
            else if (nodes.FirstOrDefault(node => node.HasConnectionFrom(held.ClientPort)) is { } node)
            {
                Kills.Add($"{step}: {held.Phase} {held.Operation}");
                await node.KillAsync();
                await node.StartAsync(App.Token);
            }
            if (held is { Phase: RequestGate.Begun, Operation: "run" } && PatientSteps.TryGetValue(step, out var point))
                await app.Server.ExecuteAsync(["touch", $"{Patience}-{point}"], App.Token);
        }
    }

    private async Task AssertWholeAsync(RedeployReply reply)
    {
        DeployedApp.AssertSucceeded(await app.EndAsync(reply));
        Assert.All(await app.StepsAsync(reply.AsyncActionId), step => Assert.True(step.State is "done" or "skipped", $"{step.Name} is {step.State}"));
        var log = await app.LogAsync(reply.AsyncActionId);
        var spoken = log.Where(line => Points.Any(point => line.Text.StartsWith(point + " says ", StringComparison.Ordinal))).Select(line => line.Text);
        Assert.Equal(Points.SelectMany(point => Enumerable.Range(1, 40).Select(number => $"{point} says {number}")), spoken);
        Assert.Equal(string.Join('\n', Points), (await app.Server.ExecuteAsync(["cat", Runs], App.Token)).Trim());
        Assert.Equal("", await app.Server.ExecuteAsync(["sh", "-c", "systemctl list-units --plain --no-legend 'slipway-*' | grep -E '^slipway-[0-9a-f]{32}[.]' | grep -v 'retire' || true"], App.Token));
    }

    private async Task CommitAsync(string version)
    {
        await app.Server.ExecuteAsync(["sh", "-c", $"rm -f {Runs} {Patience}-*"], App.Token);
        var hooks = Points.SelectMany(point => new[]
        {
            $"  {point}:",
            $"    - command: echo {point} >>{Runs}; i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo \"{point} says $i\"; [ $i != 20 ] || {Pause(point)}; done",
        });
        var files = new Dictionary<string, string?>
        {
            ["VERSION"] = version + "\n",
            ["Gemfile"] = $"# {version}\ngem \"puma\"\ngem \"rack\"\n",
            [".cloud66/deploy_hooks.yml"] = string.Join('\n', ["production:", .. hooks]) + "\n",
        };
        await app.Code.CommitAsync(files, App.Token);
    }

    private static string Pause(string point) =>
        PatientSteps.ContainsValue(point) ? $"until [ -e {Patience}-{point} ]; do sleep 0.05; done" : "sleep 0.3";
}
