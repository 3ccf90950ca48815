using System.Net;
using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>What an owner does with a live stack beside deploying it.</summary>
public sealed class OperationTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };

    private readonly App _app = deployed.App;

    private static CancellationToken Token => App.Token;

    [Fact]
    public async Task Maintenance_ShowsAPage_LastsOverARedeployment_AndEnds()
    {
        var load = await _app.UnderLoadAsync(async () =>
        {
            await _app.DoneAsync(_app.Client.Actions.SetMaintenanceAsync(_app.Uid, isOn: true, Token));
            foreach (var (method, path) in new[] { (HttpMethod.Get, "/"), (HttpMethod.Post, "/any/path"), (HttpMethod.Get, "/assets/app.css") })
                Assert.Contains("Back soon", await InMaintenanceAsync(method, path), StringComparison.Ordinal);
            var stack = await _app.ReadAsync();
            Assert.Equal((true, "maintenance"), (stack.MaintenanceMode, stack.CloudStatus));

            await _app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/maintenance.html"] = "<p>We paint the hull.</p>\n" }, Token);
            var deployment = await _app.DeployAsync();
            DeployedApp.AssertSucceeded(deployment);
            Assert.Equal("<p>We paint the hull.</p>\n", await InMaintenanceAsync(HttpMethod.Post, "/"));

            await _app.DoneAsync(_app.Client.Actions.SetMaintenanceAsync(_app.Uid, isOn: false, Token));
            Assert.False((await _app.ReadAsync()).MaintenanceMode);
            return deployment.GitHash;
        });
        Assert.All(load.Samples, sample => Assert.True(sample.Status is 200 or 503, $"{sample.Status} {sample.Error}"));
        Assert.Contains(load.Samples, sample => sample.Status is 503);
        await App.WaitAsync(async () => await _app.TryGetAsync("/") is not null);
    }

    [Fact]
    public async Task ClearedCaches_AreMadeAnewByTheNextDeployment()
    {
        await _app.DoneAsync(_app.Client.Actions.ClearCachesAsync(_app.Uid, Token));
        Assert.False(await ExistsAsync($"{_app.Base}/shared/cached-copy"));
        var commit = await _app.Code.CommitVersionAsync("cleared", Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal(commit, await _app.RevisionAsync());
        Assert.True(await ExistsAsync($"{_app.Base}/shared/cached-copy"));
    }

    [Fact]
    public async Task Restart_StartsTheApplicationAnew_WithoutAFailedRequest()
    {
        var before = await LiveRunAsync();
        var load = await _app.UnderLoadAsync(async () =>
        {
            await _app.DoneAsync(_app.Client.Actions.RestartAsync(_app.Uid, Token));
            return null;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.NotEqual(before, await LiveRunAsync());
    }

    [Fact]
    public async Task Branch_IsDeployedFromThenOn_AndTheHookFollowsIt()
    {
        await _app.Code.CreateBranchAsync("harbour", Token);
        var commit = await _app.Code.CommitVersionAsync("harbour", Token);
        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.branch", "harbour", Token));
        Assert.False(await ExistsAsync($"{_app.Base}/shared/cached-copy"));
        await CallHookAsync("""{"ref":"refs/heads/main"}""");
        var deployments = (await _app.DeploymentsAsync()).Count;
        await CallHookAsync("""{"ref":"refs/heads/harbour"}""");
        await _app.RestAsync();
        var made = await _app.LastDeploymentAsync();
        DeployedApp.AssertSucceeded(made);
        Assert.Equal((commit, "hook", deployments + 1), (made.GitHash, made.TriggeredVia.Meaning, (await _app.DeploymentsAsync()).Count));
        Assert.Equal(commit, await _app.RevisionAsync());
        await _app.Code.SwitchAsync("main", Token);
        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.branch", "main", Token));
    }

    [Fact]
    public async Task Repository_IsDeployedFromThenOn_AndForcedPushesAreFollowed()
    {
        var other = await deployed.Owner.Git.CreateRepositoryAsync("samples/rack-app", Token);
        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.repository", other.Url, Token));
        Assert.False(await ExistsAsync($"{_app.Base}/shared/cached-copy"));
        await other.CommitVersionAsync("elsewhere", Token);
        await AssertDeploysAsync(other);

        await other.GoBackAsync(Token);
        await other.CommitVersionAsync("rewritten", Token);
        await AssertDeploysAsync(other);

        await other.CreateBranchAsync("quay", Token);
        await other.CommitVersionAsync("at the quay", Token);
        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.branch", "quay", Token));
        await AssertDeploysAsync(other);
        await other.GoBackAsync(Token);
        await AssertDeploysAsync(other);

        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.branch", "main", Token));
        await _app.DoneAsync(_app.Client.Settings.ChangeAsync(_app.Uid, "git.repository", _app.Code.Url, Token));
        await AssertDeploysAsync(_app.Code);
    }

    [Fact]
    public async Task ServerName_BecomesTheMachines_AndTheProcesses()
    {
        var server = (await _app.Client.Servers.ListAsync(_app.Uid, 1, Token)).Response[0];
        var load = await _app.UnderLoadAsync(async () =>
        {
            foreach (var name in new[] { "Walrus-1", "Narwhal-1" })
                await _app.DoneAsync(_app.Client.Settings.ChangeOfServerAsync(_app.Uid, server.Uid, "server.name", name, Token));
            return null;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.Equal("narwhal-1", await _app.Server.ExecuteAsync(["hostname"], Token));
        Assert.Equal("narwhal-1", await _app.Server.ExecuteAsync(["cat", "/etc/hostname"], Token));
        Assert.Contains("narwhal-1", await _app.Server.ExecuteAsync(["getent", "ahostsv4", "narwhal-1"], Token), StringComparison.Ordinal);
        Assert.DoesNotContain("walrus", await _app.Server.ExecuteAsync(["cat", "/etc/hosts"], Token), StringComparison.Ordinal);
        Assert.Equal("", await _app.Server.ExecuteAsync(["runuser", "-u", "deploy", "--", "sh", "-c", "sudo -n true 2>&1"], Token));
        Assert.Contains(
            "export SERVER_NAME='Narwhal-1'", await _app.Server.ExecuteAsync(["cat", $"/etc/slipway/stacks/{_app.Slug}/environment.sh"], Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_AreAsManyAsWanted_AfterADeploymentAndAReboot()
    {
        var server = (await _app.Client.Servers.ListAsync(_app.Uid, 1, Token)).Response[0];
        await ScaleAsync(3);
        Assert.Equal(["worker-1", "worker-2", "worker-3"], await WorkersAsync());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal(["worker-1", "worker-2", "worker-3"], await WorkersAsync());
        await ScaleAsync(2);
        await _app.Server.RebootAsync(Token);
        await App.WaitAsync(async () => (await WorkersAsync()).SequenceEqual(["worker-1", "worker-2"]));
        Assert.Equal(2, (await _app.Client.Processes.GetAsync(_app.Uid, "worker", Token)).Servers.Values.Single());
        await ScaleAsync(0);
        Assert.Empty(await WorkersAsync());
        await ScaleAsync(1);
        Assert.Equal(["worker-1"], await WorkersAsync());

        Task ScaleAsync(int count) =>
            _app.DoneAsync(_app.Client.Processes.ScaleAsync(_app.Uid, "worker", new Dictionary<string, int> { [server.Uid] = count }, Token));
    }

    [Fact]
    public async Task DeletedStack_LeavesTheOtherOneOfTheMachineAlone()
    {
        var other = await deployed.Owner.DeployAsync("Passing ship", [_app.Server]);
        var (slug, directory) = (other.Slug, (await other.ReadAsync()).DeployDirectory);
        Assert.True(await ExistsAsync($"{directory}/web_head/current/config.ru"));
        var load = await _app.UnderLoadAsync(async () =>
        {
            await other.Client.Stacks.DeleteAsync(other.Uid, new(DeleteData: true), Token);
            await App.WaitAsync(async () => (await other.Client.Stacks.ListAsync(1, Token)).Response.All(stack => stack.Uid != other.Uid));
            return null;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        var left = await _app.Server.ExecuteAsync(
            ["sh", "-c", "systemctl list-units --all --plain --no-legend \"slipway-$1-*\" \"*@$1.service\"; find /etc/systemd /etc/nginx /etc/slipway /etc/redis /var/deploy -path \"*$1*\" 2>/dev/null; getent passwd \"sw-$1\"; getent group \"sw-$1\" || true", "sh", slug],
            Token);
        Assert.Equal("", left);
        Assert.Equal(StackStatus.Success, (await _app.ReadAsync()).Status);
    }

    private async Task AssertDeploysAsync(GitRepository code)
    {
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal(await code.HeadAsync(Token), await _app.RevisionAsync());
    }

    private async Task<string> InMaintenanceAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, _app.Server.Url(path));
        using var response = await Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(5), response.Headers.RetryAfter?.Delta);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(Token);
    }

    private async Task CallHookAsync(string payload)
    {
        using var content = new StringContent(payload);
        using var response = await Http.PostAsync((await _app.ReadAsync()).RedeployHook, content, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private Task<string> LiveRunAsync() => _app.Server.ExecuteAsync(["cat", $"/etc/slipway/stacks/{_app.Slug}/live"], Token);

    private async Task<bool> ExistsAsync(string path) =>
        await _app.Server.ExecuteAsync(["sh", "-c", "test -e \"$1\" && echo yes || echo no", "sh", path], Token) == "yes";

    private async Task<IReadOnlyList<string>> WorkersAsync()
    {
        var units = await _app.Server.ExecuteAsync(
            ["systemctl", "list-units", "--plain", "--no-legend", "--state=active", $"slipway-{_app.Slug}-worker-*@{await LiveRunAsync()}.service"], Token);
        return [.. units.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('@')[0].Split($"{_app.Slug}-")[1]).Order(StringComparer.Ordinal)];
    }
}
