using Slipway.Contracts.Actions;

namespace Slipway.SystemTests.Deployments;

/// <summary>What a reader sees of a deployment while it runs and afterwards.</summary>
public sealed class LiveLogTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private readonly App _app = deployed.App;

    [Fact]
    public async Task Lines_ArriveWhileTheStepRuns_AndAreKept()
    {
        await HookAsync("first_thing", "for i in 1 2 3; do echo \"tick $i\"; done; until [ -e /tmp/go-on ]; do sleep 0.05; done; echo the end");
        await _app.Server.ExecuteAsync(["rm", "-f", "/tmp/go-on"], App.Token);
        var reply = await _app.QueueAsync();
        var seen = await _app.SeeAsync(reply.AsyncActionId, "tick 3");
        Assert.Equal("run hooks before bundle", seen.Step);
        Assert.NotEqual("", seen.Server);
        // The step still runs: nothing lets it go on before this.
        var step = Assert.Single(await _app.StepsAsync(reply.AsyncActionId), step => step.State == "running");
        Assert.Equal(("run hooks before bundle", null), (step.Name, step.FinishedAt));
        await _app.Server.ExecuteAsync(["touch", "/tmp/go-on"], App.Token);
        DeployedApp.AssertSucceeded(await _app.EndAsync(reply));

        var log = await _app.LogAsync(reply.AsyncActionId);
        Assert.Equal(["tick 1", "tick 2", "tick 3", "the end"], log.Where(line => line.Text is "the end" || line.Text.StartsWith("tick ", StringComparison.Ordinal)).Select(line => line.Text));
        Assert.Equal(log.Select(line => line.Id).Order(), log.Select(line => line.Id));
        var steps = await _app.StepsAsync(reply.AsyncActionId);
        Assert.All(steps, each => Assert.Contains(each.State, new[] { "done", "skipped" }));
        Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(each => each.Number));
        Assert.Equal(
            ["find the commit", "send the code", "start the new release", "check its health", "switch traffic", "retire the old release"],
            steps.Select(each => each.Name).Where(name => name is "find the commit" or "send the code" or "start the new release" or "check its health" or "switch traffic" or "retire the old release"));
    }

    [Fact]
    public async Task Flood_OfLines_IsStoredInOrder_AndNothingIsLost()
    {
        await HookAsync("first_thing", "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo \"flood $i\"; done");
        var deployment = await _app.DeployAsync();
        DeployedApp.AssertSucceeded(deployment);
        List<ActionLogLine> lines = [];
        for (var since = 0L; ;)
        {
            var page = (await deployed.Owner.Client.Actions.ListLogAsync(_app.Uid, deployment.AsyncActionId!.Value, since, App.Token)).Response;
            if (page.Count == 0)
                break;
            lines.AddRange(page);
            since = page[^1].Id;
        }
        Assert.Equal(
            Enumerable.Range(1, 3000).Select(number => $"flood {number}"),
            lines.Where(line => line.Text.StartsWith("flood ", StringComparison.Ordinal)).Select(line => line.Text));
    }

    private Task HookAsync(string point, string command) => _app.Code.CommitAsync(
        new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = $"production:\n  {point}:\n    - command: |\n        {command}\n" }, App.Token);
}
