namespace Slipway.SystemTests.Deployments;

/// <summary>Deployments that people cancel, and lines that break.</summary>
public sealed class InterruptionTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private readonly App _app = deployed.App;

    [Theory]
    [InlineData("sleep 600")]
    [InlineData("trap '' TERM INT HUP; while :; do sleep 1; done")]
    public async Task CancelledDeployment_Ends_AndTheOldReleaseServes(string command)
    {
        var before = await _app.RevisionAsync();
        await HookAsync("after_bundle", "echo now it hangs; " + command);
        var reply = await _app.QueueAsync();
        await _app.SeeAsync(reply.AsyncActionId, "now it hangs");
        await deployed.Owner.Client.Deployments.CancelAsync(_app.Uid, reply.DeploymentId, App.Token);
        var deployment = await _app.EndAsync(reply);
        Assert.Equal("cancelled", deployment.Outcome.Meaning);
        Assert.False(deployment.IsLive);
        Assert.Equal(before, await _app.RevisionAsync());
        // A server that is very busy is not waited for: its processes may still be ending.
        await App.WaitAsync(async () => await _app.Server.ExecuteAsync(["sh", "-c", $"ps -u sw-{_app.Slug} -o comm= | grep -c sleep || true"], App.Token) == "0");
        await _app.AwaitOneRunAsync();
        await NoHooksAsync();
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    [Fact]
    public async Task QueuedDeployment_CanBeCancelled_BeforeItStarts()
    {
        await HookAsync("first_thing", "echo at the gate; until [ -e /tmp/gate ]; do sleep 0.05; done");
        await _app.Server.ExecuteAsync(["rm", "-f", "/tmp/gate"], App.Token);
        var (running, queued) = (await _app.QueueAsync(), await _app.QueueAsync());
        await _app.SeeAsync(running.AsyncActionId, "at the gate");
        await deployed.Owner.Client.Deployments.CancelAsync(_app.Uid, queued.DeploymentId, App.Token);
        await _app.Server.ExecuteAsync(["touch", "/tmp/gate"], App.Token);
        DeployedApp.AssertSucceeded(await _app.EndAsync(running));
        Assert.Equal("cancelled", (await _app.EndAsync(queued)).Outcome.Meaning);
        await NoHooksAsync();
    }

    [Fact]
    public async Task ConnectionCut_InTheMiddleOfAnyStep_DoesNotFailTheDeployment()
    {
        await HookAsync("after_bundle", "echo run >>/tmp/cut-runs; i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo \"cut line $i\"; sleep 0.05; done");
        await _app.Server.ExecuteAsync(["rm", "-f", "/tmp/cut-runs"], App.Token);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var ending = _app.DeployAsync();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(700));
            while (!ending.IsCompleted && await timer.WaitForNextTickAsync(App.Token))
            {
                await CutAsync();
                // On a slow machine nothing at all would be done between two cuts.
                timer.Period *= 1.1;
            }
            var deployment = await ending;
            DeployedApp.AssertSucceeded(deployment);
            var lines = (await _app.LinesAsync(deployment.AsyncActionId!.Value)).Where(line => line.StartsWith("cut line", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(1, 60).Select(number => $"cut line {number}"), lines);
            return deployment.GitHash;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.Equal("run", await _app.Server.ExecuteAsync(["cat", "/tmp/cut-runs"], App.Token));
        await NoHooksAsync();
    }

    // As a network that breaks would end them.
    private async Task CutAsync()
    {
        var processes = await _app.Server.ExecuteAsync(["ps", "-e", "-o", "pid=,args="], App.Token);
        foreach (var line in processes.Split('\n').Where(line => line.Contains("sshd: root@notty", StringComparison.Ordinal)))
            await _app.Server.ExecuteAsync(["sh", "-c", "kill -KILL \"$1\" 2>/dev/null || true", "sh", line.Trim().Split(' ')[0]], App.Token);
    }

    private Task HookAsync(string point, string command) => _app.Code.CommitAsync(
        new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = $"production:\n  {point}:\n    - command: |\n        {command}\n" }, App.Token);

    private Task NoHooksAsync() => _app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = null }, App.Token);
}
