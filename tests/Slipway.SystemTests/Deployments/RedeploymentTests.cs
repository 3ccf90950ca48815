using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>What goes well: from a commit to its release serving, while visitors come.</summary>
public sealed class RedeploymentTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private readonly App _app = deployed.App;

    [Fact]
    public async Task ChangedCommit_IsLive_WithoutAFailedRequest()
    {
        var commit = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var deployment = await _app.DeployAsync();
            DeployedApp.AssertSucceeded(deployment);
            Assert.Equal((commit, true, true), (deployment.GitHash, deployment.IsLive, deployment.IsHead));
            return commit;
        });
        AssertNoneFailed(load);
        Assert.Equal(commit, load.Revisions[^1]);
        Assert.Equal(commit, await _app.RevisionAsync());
        var stack = await _app.ReadAsync();
        Assert.Equal((StackStatus.Success, StackHealth.Healthy), (stack.Status, stack.Health));
        Assert.Equal(_app.Server.Url().AbsoluteUri, stack.AppUrl);
    }

    [Fact]
    public async Task GitRef_IsATag_ABranch_OrAHash()
    {
        var hash = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        var tagged = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        await _app.Code.TagAsync("v1.0", App.Token);
        await _app.Code.CreateBranchAsync("topic/x-1", App.Token);
        var topic = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        await _app.Code.SwitchAsync("main", App.Token);
        foreach (var (reference, commit) in new[] { ("v1.0", tagged), ("topic/x-1", topic), (hash, hash), (tagged[..10], tagged) })
        {
            var deployment = await _app.DeployAsync(reference);
            DeployedApp.AssertSucceeded(deployment);
            Assert.Equal(commit, deployment.GitHash);
            Assert.Equal(commit, await _app.RevisionAsync());
        }
    }

    [Fact]
    public async Task Rollback_NeedsNoBuild_AndFailsNoRequest()
    {
        var earlier = await _app.DeployAsync();
        await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        var later = await _app.DeployAsync();
        Assert.NotEqual(earlier.GitHash, later.GitHash);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var rollback = await _app.RollBackAsync(earlier.Id);
            DeployedApp.AssertSucceeded(rollback);
            Assert.Equal("rollback", rollback.DeployType.Meaning);
            var steps = await _app.StepsAsync(rollback.AsyncActionId!.Value);
            Assert.DoesNotContain(steps, step => step.Name is "send the code" or "install gems");
            return earlier.GitHash;
        });
        AssertNoneFailed(load);
        Assert.Equal(earlier.GitHash, await _app.RevisionAsync());
        Assert.Equal((true, false), ((await _app.DeploymentsAsync()).Single(row => row.Id == later.Id).Reverted, (await _app.DeploymentsAsync()).Single(row => row.Id == later.Id).IsLive));
    }

    [Fact]
    public async Task Redeployments_DuringAnother_AreOne_WhichBringsTheNewestCommit()
    {
        await _app.Server.ExecuteAsync(["rm", "-f", "/tmp/open"], App.Token);
        await HookAsync("production:\n  first_thing:\n    - command: echo at the gate; until [ -e /tmp/open ]; do sleep 0.05; done\n");
        var first = await _app.QueueAsync();
        await _app.SeeAsync(first.AsyncActionId, "at the gate");
        var second = await _app.QueueAsync();
        var commit = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        var third = await _app.QueueAsync();
        Assert.Equal((second.AsyncActionId, true, true), (third.AsyncActionId, second.Queued, third.Queued));
        Assert.NotEqual(first.AsyncActionId, second.AsyncActionId);
        await _app.Server.ExecuteAsync(["touch", "/tmp/open"], App.Token);
        var deployments = new[] { await _app.EndAsync(first), await _app.EndAsync(second) };
        Assert.All(deployments, DeployedApp.AssertSucceeded);
        Assert.Equal(commit, deployments[1].GitHash);
        await _app.RestAsync();
        Assert.Equal(StackStatus.Success, (await _app.ReadAsync()).Status);
        Assert.Equal(second.DeploymentId, Assert.Single(await _app.DeploymentsAsync(), row => row.IsLive).Id);
        await HookAsync(null);
    }

    [Fact]
    public async Task OldReleases_ArePruned_AndCannotBeGoneBackTo()
    {
        for (var i = 0; i < 6; i++)
            DeployedApp.AssertSucceeded(await _app.DeployAsync());
        var kept = (await _app.Server.ExecuteAsync(["ls", "-1", $"{_app.Base}/releases"], App.Token)).Split('\n');
        Assert.Equal(5, kept.Length);
        var deployments = await _app.DeploymentsAsync();
        Assert.Equal(4, deployments.Count(deployment => deployment.CanRollback));
        Assert.All(deployments.Where(deployment => deployment.CanRollback), row => Assert.Contains(kept, name => name.EndsWith(row.DeploySession, StringComparison.Ordinal)));
        // One run is left: the release that serves, its worker, and nothing of those before, once they are drained.
        await App.WaitAsync(async () => (await UnitsAsync()).Count == 2);
        Assert.All(await UnitsAsync(), unit => Assert.Contains(deployments[0].DeploySession, unit, StringComparison.Ordinal));
    }

    [Fact]
    public async Task PublicFiles_AreServed_ButNoLinkLeadsOutOfTheStack()
    {
        var (user, files) = ($"sw-{_app.Slug}", $"{_app.Base}/current/public");
        string[][] commands =
        [
            ["sh", "-c", "echo uploaded >\"$1\"/shared/system/photo.txt && chmod 644 \"$1\"/shared/system/photo.txt", "sh", _app.Base],
            ["chown", $"{user}:{user}", $"{_app.Base}/shared/system/photo.txt"],
            ["runuser", "-u", user, "--", "ln", "-sfn", $"/etc/slipway/stacks/{_app.Slug}/environment.sh", $"{files}/leak.txt"],
            ["runuser", "-u", user, "--", "ln", "-sfn", $"{_app.Base}/current/REVISION", $"{files}/foreign.txt"],
        ];
        foreach (var command in commands)
            await _app.Server.ExecuteAsync(command, App.Token);
        Assert.Equal("uploaded\n", await _app.GetAsync("/system/photo.txt"));
        using var http = new HttpClient();
        foreach (var path in new[] { "/leak.txt", "/foreign.txt" })
        {
            using var answer = await http.GetAsync(_app.Server.Url(path), App.Token);
            Assert.False(answer.IsSuccessStatusCode, $"{path} was answered with {answer.StatusCode}.");
        }
    }

    [Fact]
    public async Task Processes_OfTheProcfile_RunTheNewRelease()
    {
        var commit = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        await App.WaitAsync(async () =>
            (await _app.Server.ExecuteAsync(["sh", "-c", "cat \"$1\"/current/tmp/worker.heartbeat || true", "sh", _app.Base], App.Token)).Contains(commit, StringComparison.Ordinal));
        var user = await _app.Server.ExecuteAsync(["ps", "-C", "ruby", "-o", "user:40="], App.Token);
        Assert.All(user.Split('\n'), name => Assert.Equal($"sw-{_app.Slug}", name.Trim()));
    }

    [Fact]
    public async Task Server_AfterAReboot_ServesByItself()
    {
        var commit = await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        await _app.Server.RebootAsync(App.Token);
        await App.WaitAsync(async () => (await _app.TryGetAsync("/info.json"))?.Contains(commit, StringComparison.Ordinal) == true && (await UnitsAsync()).Count == 2);
        await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    private Task HookAsync(string? hooks) => _app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = hooks }, App.Token);

    private static string NewVersion() => Guid.NewGuid().ToString("N")[..8];

    private static void AssertNoneFailed(LoadReport load) => Assert.True(load.Lost.Count == 0, load.ToString());

    private async Task<IReadOnlyList<string>> UnitsAsync() => (await _app.Server.ExecuteAsync(
        ["systemctl", "list-units", "--plain", "--no-legend", "--state=active,activating,failed", $"slipway-{_app.Slug}-*"], App.Token)).Split('\n');
}
