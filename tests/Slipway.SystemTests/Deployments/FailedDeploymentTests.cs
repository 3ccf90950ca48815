using Slipway.Contracts.Deployments;
using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>What fails on the way: the old release goes on serving, nothing of the attempt is left, and the next good deployment works.</summary>
public sealed class FailedDeploymentTests(Testbed testbed, DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private const string Hooks = ".cloud66/deploy_hooks.yml";

    private readonly App _app = deployed.App;

    [Fact]
    public async Task AppThatDoesNotBoot_IsNoticedAtOnce()
    {
        var failed = await FailAsync(new() { ["VERSION"] = "broken\n" }, new() { ["VERSION"] = "2\n" });
        Assert.Contains("Step 'check its health' failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains("This version was told to fail at boot", failed.Message, StringComparison.Ordinal);
        // One that ends is not waited for: at the deadline nothing would be said of its unit.
        Assert.Matches("unit .* (has failed|ended and is started again and again)", failed.Message);
    }

    [Fact]
    public async Task WorkerThatDoesNotStayUp_StopsTheDeployment()
    {
        var failed = await FailAsync(new() { ["Procfile"] = "worker: ruby worker.rb\nmailer: sh -c 'echo no mail today; exit 3'\n" }, new() { ["Procfile"] = "worker: ruby worker.rb\n" });
        Assert.Contains("did not stay up", failed.Message, StringComparison.Ordinal);
        Assert.Contains("no mail today", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BundleThatCannotBeInstalled_IsNamedWithWhatBundlerSays()
    {
        var failed = await FailAsync(
            new() { ["Gemfile"] = "gem \"puma\"\ngem \"rack\"\ngem \"bundler\", \"~> 99.0\"\n" }, new() { ["Gemfile"] = "gem \"puma\"\ngem \"rack\"\n" });
        Assert.Contains("Step 'install gems' failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains("exit code", failed.Message, StringComparison.Ordinal);
        Assert.Contains("99.0", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first_thing", "run hooks before bundle")]
    [InlineData("after_symlink", "run hooks after symlink")]
    public async Task FailingHook_LeavesTheOldRelease(string point, string step)
    {
        var failed = await FailAsync(
            new() { [Hooks] = $"production:\n  {point}:\n    - command: echo the hook says no; exit 7\n" }, new() { [Hooks] = null });
        Assert.Contains($"Step '{step}' failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 7", failed.Message, StringComparison.Ordinal);
        Assert.Contains("the hook says no", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailingLastHook_LeavesTheNewRelease()
    {
        var commit = await _app.Code.CommitAsync(
            new Dictionary<string, string?> { [Hooks] = "production:\n  last_thing:\n    - command: exit 9\n" }, App.Token);
        var failed = await _app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.True(failed.IsLive);
        Assert.Equal(commit, await _app.RevisionAsync());
        await RecoverAsync(new() { [Hooks] = null });
    }

    [Fact]
    public async Task UnhealthyApp_IsNotSwitchedTo()
    {
        await _app.SetAsync("HEALTH_CHECK_PATH", "/healthz");
        var failed = await FailAsync(
            new() { ["config.ru"] = "ENV[\"UNHEALTHY\"] = \"1\"\nENV[\"HEALTH\"] = \"bad\"\nrequire_relative \"app\"\nrun App.new\n" },
            new() { ["config.ru"] = "require_relative \"app\"\n\nrun App.new\n" });
        Assert.Contains("Step 'check its health' failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains("/healthz", failed.Message, StringComparison.Ordinal);
        Assert.Contains("503", failed.Message, StringComparison.Ordinal);
        await _app.SetAsync("HEALTH_CHECK_PATH", null);
    }

    [Fact]
    public async Task VariableThatBreaksTheApp_IsNotTakenOver()
    {
        var before = await _app.RevisionAsync();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _app.SetAsync("FAIL_BOOT", "1"));
        Assert.Contains("This version was told to fail at boot", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _app.RevisionAsync());
        await _app.SetAsync("FAIL_BOOT", null);
        await AssertCleanAsync(before);
    }

    [Fact]
    public async Task MissingReferences_AreNamed()
    {
        var before = await _app.RevisionAsync();
        var missing = await _app.DeployAsync("no-such-branch");
        Assert.Contains("no-such-branch", missing.Message, StringComparison.Ordinal);
        Assert.Contains("Step 'find the commit' failed", missing.Message, StringComparison.Ordinal);

        await _app.Code.CreateBranchAsync("short-lived", App.Token);
        await _app.Code.SwitchAsync("main", App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync("short-lived"));
        await _app.Code.DeleteBranchAsync("short-lived", App.Token);
        var deleted = await _app.DeployAsync("short-lived");
        Assert.Equal("failed", deleted.Outcome.Meaning);
        Assert.Contains("short-lived", deleted.Message, StringComparison.Ordinal);
        await AssertCleanAsync(before);
    }

    [Fact]
    public async Task GitHostThatIsDown_IsNamed_AndAskedAgainNextTime()
    {
        await using var git = await GitServer.StartAsync(testbed, App.Token);
        var code = await git.CreateRepositoryAsync("samples/rack-app", App.Token);
        var app = await deployed.Owner.DeployAsync("Git host down", code, [await deployed.Owner.StartServerAsync()]);
        await git.StopAsync();
        var failed = await app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Contains("Step 'find the commit' failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains(new Uri(code.Url).Host, failed.Message, StringComparison.Ordinal);
        Assert.Equal(await code.HeadAsync(App.Token), await app.RevisionAsync());
        await git.StartAsync(App.Token);
        DeployedApp.AssertSucceeded(await app.DeployAsync());
    }

    private async Task<Deployment> FailAsync(Dictionary<string, string?> bad, Dictionary<string, string?> good)
    {
        var before = await _app.RevisionAsync();
        await _app.Code.CommitAsync(bad, App.Token);
        Deployment? failed = null;
        var load = await _app.UnderLoadAsync(async () =>
        {
            failed = await _app.DeployAsync();
            return null;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        // Behind the switch visitors have met the new release already.
        if (!failed!.Message!.Contains("after symlink", StringComparison.Ordinal))
            Assert.Equal([before], load.Revisions);
        Assert.Equal(("failed", false), (failed.Outcome.Meaning, failed.IsLive));
        Assert.Equal(StackStatus.Failed, (await _app.ReadAsync()).Status);
        var log = await _app.LogAsync(failed.AsyncActionId!.Value);
        Assert.Contains(log, line => line.Severity == "error");
        await AssertCleanAsync(before);
        Assert.DoesNotContain(await ListAsync($"{_app.Base}/releases"), release => release.EndsWith(failed.DeploySession, StringComparison.Ordinal));
        await RecoverAsync(good);
        return failed;
    }

    private async Task RecoverAsync(Dictionary<string, string?> good)
    {
        var commit = await _app.Code.CommitAsync(good, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        await AssertCleanAsync(commit);
    }

    /// <summary>One run, that of the live release, and nothing of any other.</summary>
    private async Task AssertCleanAsync(string revision)
    {
        Assert.Equal(revision, await _app.RevisionAsync());
        await _app.AwaitOneRunAsync();
    }

    private async Task<string[]> ListAsync(string directory) => (await _app.Server.ExecuteAsync(["ls", "-1", directory], App.Token)).Split('\n');
}
