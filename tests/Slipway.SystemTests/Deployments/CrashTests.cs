using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>Slipway killed in the middle of a deployment, and started again: it goes on where it was, and nothing happens twice. At which places, see CrashPlaceTests.</summary>
public sealed class CrashTests(Testbed testbed) : IAsyncLifetime
{
    private const string Gate = "/tmp/go-on";
    private const string Runs = "/tmp/runs";

    private Owner _owner = null!;
    private App _app = null!;

    public async ValueTask InitializeAsync()
    {
        _owner = await Owner.StartAsync(testbed);
        _app = await _owner.DeployAsync("Crash", [await _owner.StartServerAsync()]);
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    [Fact]
    public async Task Deployment_OutlivesSlipway_AndRunsNoCommandTwice()
    {
        var load = await _app.UnderLoadAsync(async () =>
        {
            // The hooks stand at the beginning, between build and switch, behind the switch, and at the end.
            foreach (var point in new[] { "first_thing", "after_bundle", "after_symlink", "last_thing" })
                await KillAtAsync(point);
            return await _app.Code.HeadAsync(App.Token);
        });
        Assert.True(load.Failed.Count == 0, load.ToString());
    }

    [Fact]
    public async Task CancelledDeployment_StaysCancelled_WhenSlipwayIsKilled()
    {
        var before = await _app.RevisionAsync();
        var reply = await QueueWithGateAsync("after_bundle");
        await _app.SeeAsync(reply.AsyncActionId, "waiting at the gate");
        await _owner.Client.Deployments.CancelAsync(_app.Uid, reply.DeploymentId, App.Token);
        await RestartAsync();
        var deployment = await _app.EndAsync(reply);
        Assert.Equal("cancelled", deployment.Outcome.Meaning);
        Assert.Equal(before, await _app.RevisionAsync());
        Assert.Equal("", await _app.Server.ExecuteAsync(["sh", "-c", "pgrep -f '[h]ook-that-waits' || true"], App.Token));
        await _app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = null }, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    private async Task KillAtAsync(string point)
    {
        var reply = await QueueWithGateAsync(point);
        await _app.SeeAsync(reply.AsyncActionId, "waiting at the gate");
        await _owner.Slipway.KillAsync();
        // The command goes on without Slipway: half of the time it ends before Slipway is back.
        if (point is "first_thing" or "after_symlink")
            await OpenAsync();
        await _owner.Slipway.StartAsync(App.Token);
        await OpenAsync();
        var deployment = await _app.EndAsync(reply);
        DeployedApp.AssertSucceeded(deployment);
        Assert.Equal(deployment.GitHash, await _app.RevisionAsync());
        Assert.Equal(point, await _app.Server.ExecuteAsync(["cat", Runs], App.Token));
        var lines = await _app.LinesAsync(reply.AsyncActionId);
        var expected = Enumerable.Range(1, 20).Select(number => $"line {number}").Append("waiting at the gate").Concat(Enumerable.Range(21, 20).Select(number => $"line {number}"));
        Assert.Equal(expected, lines.Where(line => line.StartsWith("line ", StringComparison.Ordinal) || line == "waiting at the gate"));
    }

    private async Task<Contracts.Deployments.RedeployReply> QueueWithGateAsync(string point)
    {
        await _app.Server.ExecuteAsync(["rm", "-f", Gate, Runs], App.Token);
        var script = $"""
            #!/bin/sh
            # hook-that-waits
            echo {point} >>{Runs}
            i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo "line $i"; done
            echo "waiting at the gate"
            until [ -e {Gate} ]; do sleep 0.05; done
            while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; done
            """;
        await _app.Code.CommitAsync(
            new Dictionary<string, string?>
            {
                ["hooks/hook-that-waits"] = script.ReplaceLineEndings("\n") + "\n",
                [".cloud66/deploy_hooks.yml"] = $"production:\n  {point}:\n    - source: hooks/hook-that-waits\n      destination: /tmp/hook-that-waits-{point}\n      execute: true\n",
            },
            App.Token);
        return await _app.QueueAsync();
    }

    private Task OpenAsync() => _app.Server.ExecuteAsync(["touch", Gate], App.Token);

    private async Task RestartAsync()
    {
        await _owner.Slipway.KillAsync();
        await _owner.Slipway.StartAsync(App.Token);
    }
}
