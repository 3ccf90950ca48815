using System.Text.Json;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>A stack on several servers, and several stacks on one.</summary>
public sealed class FleetTests(Testbed testbed, SharedOwner shared)
{
    [Fact]
    public async Task TwoWebServers_UseDatabasesOnAThird_AndSwitchTogetherOrNotAtAll()
    {
        var owner = await shared.GetAsync(testbed);
        var code = await owner.Git.CreateRepositoryAsync("samples/rack-app", App.Token);
        var app = await owner.DeployAsync("Fleet", code, await owner.StartServersAsync(3), ["web"], ["web"], ["postgresql", "redis"]);
        var (first, second) = (app.Servers[0], app.Servers[1]);
        for (var i = 1; i <= 2; i++)
        {
            foreach (var (server, number) in new[] { (first, i * 2 - 1), (second, i * 2) })
            {
                Assert.Equal(number, Number(await app.GetAsync("/db", server), "visits"));
                Assert.Equal(number, Number(await app.GetAsync("/redis", server), "hits"));
            }
        }

        var before = await app.RevisionAsync(first);
        await AssertNeitherSwitchesAsync(app, before, "check nginx's configuration", ["sh", "-c", "echo 'broken {' >/etc/nginx/conf.d/zz-broken.conf"], ["rm", "/etc/nginx/conf.d/zz-broken.conf"]);
        await AssertNeitherSwitchesAsync(
            app, before, "space", ["sh", "-c", $"mount -t tmpfs -o size=64k,mode=0755 tmpfs {app.Base}/releases && dd if=/dev/zero of={app.Base}/releases/fill bs=1k || true"],
            ["umount", $"{app.Base}/releases"]);

        var commit = await app.Code.CommitVersionAsync("together", App.Token);
        var load = await app.UnderLoadAsync(async () =>
        {
            DeployedApp.AssertSucceeded(await app.DeployAsync());
            return commit;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.Equal([commit, commit], [await app.RevisionAsync(first), await app.RevisionAsync(second)]);
        Assert.Equal(5, Number(await app.GetAsync("/db", second), "visits"));
    }

    [Fact]
    public async Task TwoStacks_ShareAMachine_EachUnderItsName_AndTheFirstUnderItsAddress()
    {
        var owner = await shared.GetAsync(testbed);
        var server = await owner.StartServerAsync();
        var first = await owner.DeployAsync("Shop", [server]);
        var second = await owner.DeployAsync("Blog; $(reboot) 'x' \"y\"", [server], "tests/testbed/apps/plain-ru");
        Assert.Equal(await first.Code.HeadAsync(App.Token), await first.RevisionAsync());
        using var http = new HttpClient();
        var (firstName, secondName) = ((await first.ReadAsync()).Fqdn, (await second.ReadAsync()).Fqdn);
        Assert.NotEqual(firstName, secondName);
        Assert.Equal("plain\n", await AskAsync(http, server, secondName));
        Assert.Contains("\"revision\"", await AskAsync(http, server, firstName), StringComparison.Ordinal);

        // A change of one leaves the other alone.
        await using var load = LoadGenerator.Start(server.Url(), host: secondName);
        var commit = await first.Code.CommitVersionAsync("2", App.Token);
        DeployedApp.AssertSucceeded(await first.DeployAsync());
        await first.SetAsync("DEMO_X", "first");
        await App.WaitAsync(() => Task.FromResult(load.Report().Samples.Count > 20));
        var report = await load.StopAsync();
        Assert.True(report.Lost.Count == 0, report.ToString());
        Assert.Equal(commit, await first.RevisionAsync());
        DeployedApp.AssertSucceeded(await second.DeployAsync());
        Assert.Equal("plain\n", await AskAsync(http, server, secondName));
        Assert.Equal(commit, await first.RevisionAsync());
    }

    private static async Task AssertNeitherSwitchesAsync(App app, string before, string reason, string[] breakIt, string[] mendIt)
    {
        await app.Servers[1].ExecuteAsync(breakIt, App.Token);
        await app.Code.CommitVersionAsync(reason, App.Token);
        var failed = await app.DeployAsync();
        Assert.Equal("failed", failed.Outcome.Meaning);
        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
        foreach (var server in app.Servers.Take(2))
        {
            Assert.Equal(before, await app.RevisionAsync(server));
            await app.AwaitOneRunAsync(server);
        }
        await app.Servers[1].ExecuteAsync(mendIt, App.Token);
    }

    private static async Task<string> AskAsync(HttpClient http, FreshServer server, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url()) { Headers = { Host = name } };
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await http.SendAsync(request, App.Token);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(App.Token);
    }

    private static int Number(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetInt32();
}
