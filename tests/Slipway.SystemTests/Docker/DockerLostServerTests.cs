using System.Globalization;
using Slipway.Contracts.Deployments;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>A Docker stack on three servers, of which some are lost in the middle of work: all of them get a version, or none.</summary>
public sealed class DockerLostServerTests(DockerFleet fleet) : IClassFixture<DockerFleet>
{
    private static int _version = 300;

    private readonly App _app = fleet.App;

    [Fact]
    public async Task ServersThatAreLost_FailADeployment_AndTheNextWorksWhenTheyAreBack()
    {
        await OneOnEachAsync();
        var before = await _app.GetAsync("/");
        var file = await File.ReadAllTextAsync(Path.Combine(_app.Code.Folder, "Dockerfile"), App.Token);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file + "RUN echo now it builds && sleep 3\n" }, App.Token);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var reply = await _app.QueueAsync();
            await _app.SeeAsync(reply.AsyncActionId, "now it builds");
            // One hangs, or its line is cut; the other's power fails.
            await Task.WhenAll(_app.Servers[1].FreezeAsync(App.Token), _app.Servers[2].SwitchOffAsync(App.Token));
            var failed = await _app.EndAsync(reply);
            Assert.Equal("failed", failed.Outcome.Meaning);
            Assert.Contains(_app.Servers.Skip(1), server => failed.Message!.Contains(server.Address, StringComparison.Ordinal));
            return null;
        });
        Assert.True(load.Broken.Count == 0, load.ToString());
        Assert.Equal([before], load.Revisions);

        await _app.Servers[1].ThawAsync(App.Token);
        await _app.Servers[2].RebootAsync(App.Token);
        await App.WaitAsync(async () => await _app.TryGetAsync("/", _app.Servers[2]) == before);
        Assert.Equal([before, before, before], await VersionsAsync());
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file }, App.Token);
        await AssertNextDeploymentWorksAsync();
    }

    [Fact]
    public async Task ServerThatIsLostAtTheStartOrTheSwitch_FailsTheDeployment_AndTheOthersServeAsBefore()
    {
        await OneOnEachAsync();
        var (before, lost) = (await _app.GetAsync("/"), _app.Servers[2]);
        await using var other = LoadGenerator.Start(_app.Servers[1].Url(), perSecond: 20);
        var load = await _app.UnderLoadAsync(async () =>
        {
            await AssertFailsAsync(await StartAsync());
            await AssertFailsAsync(await SwitchAsync(lost));
            return null;
        });
        Assert.All([load, await other.StopAsync()], report => Assert.True(report.Broken.Count == 0, report.ToString()));
        await AssertNextDeploymentWorksAsync();

        async Task AssertFailsAsync(RedeployReply reply)
        {
            await lost.SwitchOffAsync(App.Token);
            var failed = await _app.EndAsync(reply);
            Assert.Equal("failed", failed.Outcome.Meaning);
            Assert.Contains(lost.Address, failed.Message, StringComparison.Ordinal);
            Assert.Equal([before, before], [await _app.GetAsync("/"), await _app.GetAsync("/", _app.Servers[1])]);
            await lost.RebootAsync(App.Token);
            await App.WaitAsync(async () => await _app.TryGetAsync("/", lost) == before);
        }
    }

    [Fact]
    public async Task DeploymentThatIsCancelledAtTheStartOrTheSwitch_LeavesAllAsItWas()
    {
        await OneOnEachAsync();
        var before = await _app.GetAsync("/");
        var load = await _app.UnderLoadAsync(async () =>
        {
            await AssertCancelledAsync(await StartAsync(), () => Task.CompletedTask);
            await AssertCancelledAsync(
                await SwitchAsync(_app.Servers[1]), () => _app.Servers[1].ExecuteAsync(["sh", "-c", "kill -CONT $(cat /run/nginx.pid)"], App.Token));
            return null;
        });
        Assert.True(load.Broken.Count == 0, load.ToString());
        await AssertNextDeploymentWorksAsync();

        async Task AssertCancelledAsync(RedeployReply reply, Func<Task> goOn)
        {
            await _app.Client.Deployments.CancelAsync(_app.Uid, reply.DeploymentId, App.Token);
            await goOn();
            var ended = await _app.EndAsync(reply);
            Assert.Equal("cancelled", ended.Outcome.Meaning);
            Assert.DoesNotContain("not confirmed", ended.Message ?? "", StringComparison.Ordinal);
            Assert.Equal([before, before, before], await VersionsAsync());
            await AssertNothingIsLeftAsync();
        }
    }

    [Fact]
    public async Task ServerThatComesBackInTheMiddleOfASwitch_IsPutRight()
    {
        await OneOnEachAsync();
        var before = await _app.GetAsync("/");
        // What a deployment has written for containers that a reboot did not bring back.
        const string Switch = "sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:19999/' /etc/nginx/conf.d/* && systemctl reload nginx";
        // In the same moment another one loses what leads names of services to it, now and after a reboot.
        var (table, stream) = ($"slipway_{_app.Slug}", $"/etc/nginx/slipway-stream/{_app.Slug}.conf");
        var lose = $"nft delete table ip {table} && systemctl disable --quiet slipway-names && rm {stream} /etc/nginx/modules-enabled/90-slipway-stream.conf && systemctl reload nginx";
        await Task.WhenAll(_app.Servers[1].ExecuteAsync(["sh", "-c", Switch], App.Token), _app.Servers[2].ExecuteAsync(["sh", "-c", lose], App.Token));
        await App.WaitAsync(async () => await _app.Servers[1].ExecuteAsync(["sh", "-c", "cat /etc/nginx/conf.d/* | grep -c :19999 || true"], App.Token) == "0");
        await App.WaitAsync(async () => await _app.TryGetAsync("/", _app.Servers[1]) == before);
        await App.WaitAsync(async () => (await _app.Servers[2].ExecuteAsync(
            ["sh", "-c", $"ls {stream} >/dev/null && systemctl is-enabled --quiet slipway-names && nft list table ip {table} 2>/dev/null || true"], App.Token)).Contains("redirect to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ImagesOnTheirWay_LeaveNothingWhenCancelled_AndAreWholeAfterAKill()
    {
        await OneOnEachAsync();
        var (before, file) = (await _app.GetAsync("/"), await File.ReadAllTextAsync(Path.Combine(_app.Code.Folder, "Dockerfile"), App.Token));
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file + "RUN head -c 32M /dev/urandom >/big\n" }, App.Token);
        var version = await CommitAsync();

        var (cancelled, receivers) = await StallAsync();
        await _app.Client.Deployments.CancelAsync(_app.Uid, cancelled.DeploymentId, App.Token);
        var ended = await _app.EndAsync(cancelled);
        Assert.Equal("cancelled", ended.Outcome.Meaning);
        Assert.DoesNotContain("not confirmed", ended.Message ?? "", StringComparison.Ordinal);
        Assert.Equal([before, before, before], await VersionsAsync());
        await GoOnAsync(receivers);
        await App.WaitAsync(async () => await LeftAsync() == "");

        (var killed, receivers) = await StallAsync();
        await fleet.Slipway.KillAsync();
        await GoOnAsync(receivers);
        await fleet.Slipway.StartAsync(App.Token);
        DeployedApp.AssertSucceeded(await _app.EndAsync(killed));
        Assert.Equal([version, version, version], await VersionsAsync());
        // Docker compares what it takes in with the digests by which an image is named.
        Assert.Single((await OnAllAsync("docker image ls --no-trunc --quiet \"slipway/$1/web\" | head -n 1")).Distinct());
        await App.WaitAsync(async () => await LeftAsync() == "");
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file }, App.Token);
    }

    // A deployment whose image has reached the other servers in part: who takes it in there does not go on.
    private async Task<(RedeployReply Deployment, IReadOnlyList<string> Receivers)> StallAsync()
    {
        const string Stall = """
            for look in $(seq 20000); do
              for file in /var/lib/slipway/tickets/*/input.*; do [ -s "$file" ] && kill -STOP "${file##*.}" && echo "${file##*.}" && exit 0; done
              sleep 0.01
            done
            exit 1
            """;
        var stalled = _app.Servers.Skip(1).Select(server => server.ExecuteAsync(["sh", "-c", Stall.ReplaceLineEndings("\n")], App.Token)).ToList();
        var deployment = await _app.QueueAsync();
        return (deployment, await Task.WhenAll(stalled));
    }

    // A deployment in the middle of its start: the application takes its time.
    private async Task<RedeployReply> StartAsync()
    {
        var version = $"late{Interlocked.Increment(ref _version)}";
        await _app.Code.CommitVersionAsync(version, App.Token);
        var deployment = await _app.QueueAsync();
        await App.WaitAsync(async () => (await OnAllAsync("cat \"/var/log/containers/$1/web/app.log\"")).All(log => log.Contains($"started {version}", StringComparison.Ordinal)));
        return deployment;
    }

    // A deployment in the middle of its switch: the first server has switched, and nginx on another one does not answer.
    private async Task<RedeployReply> SwitchAsync(FreshServer slow)
    {
        await slow.ExecuteAsync(["sh", "-c", "kill -STOP $(cat /run/nginx.pid)"], App.Token);
        var version = await CommitAsync();
        var deployment = await _app.QueueAsync();
        await App.WaitAsync(async () => await _app.GetAsync("/") == version);
        return deployment;
    }

    private Task GoOnAsync(IReadOnlyList<string> receivers) =>
        Task.WhenAll(_app.Servers.Skip(1).Zip(receivers, (server, process) => server.ExecuteAsync(["kill", "-CONT", process], App.Token)));

    // Of images on their way, on any server.
    private async Task<string> LeftAsync() => string.Concat(await OnAllAsync(
        "find /var/lib/slipway/images -mindepth 1; find /var/lib/slipway/tickets -name 'input*'; pgrep -f 'docker [i]mage (load|save)'; true"));

    private Task<string[]> OnAllAsync(string script) =>
        Task.WhenAll(_app.Servers.Select(server => server.ExecuteAsync(["sh", "-c", script, "sh", _app.Slug], App.Token)));

    private async Task AssertNextDeploymentWorksAsync()
    {
        var version = await CommitAsync();
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal([version, version, version], await VersionsAsync());
        // All of them find what they require on the first.
        Assert.Equal([version, version, version], await Task.WhenAll(_app.Servers.Select(server => _app.GetAsync("/peer", server))));
        await AssertNothingIsLeftAsync();
    }

    private async Task AssertNothingIsLeftAsync()
    {
        var listed = (await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response.Select(container => container.Uid).ToHashSet();
        Assert.Equal(4, listed.Count);
        // But for what an engine without power was building in: that has no label.
        await App.WaitAsync(async () => listed.SetEquals((await Task.WhenAll(_app.Servers.Select(server =>
            server.ExecuteAsync(["docker", "container", "ls", "--all", "--quiet", "--no-trunc", "--filter", "label=slipway.stack"], App.Token)))).SelectMany(text => text.Split('\n'))));
    }

    private async Task<string> CommitAsync()
    {
        var version = Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
        await _app.Code.CommitVersionAsync(version, App.Token);
        return version;
    }

    private Task OneOnEachAsync() => _app.DoneAsync(
        _app.Client.Services.ScaleAsync(_app.Uid, "web", fleet.Uids.ToDictionary(uid => uid, _ => 1), App.Token));

    private Task<string[]> VersionsAsync() => Task.WhenAll(_app.Servers.Select(server => _app.GetAsync("/", server)));
}
