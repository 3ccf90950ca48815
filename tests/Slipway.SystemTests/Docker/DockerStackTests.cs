using System.Globalization;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Containers;
using Slipway.Contracts.Http;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>Containers on a real Docker Engine: from a commit to their service, while visitors come.</summary>
public sealed class DockerStackTests(DockerApp deployed, ITestOutputHelper output) : IClassFixture<DockerApp>
{
    private static int _version = 100;

    private readonly App _app = deployed.App;

    [Fact]
    public async Task Container_HasWhatItsDefinitionSays()
    {
        Assert.Equal("docker", (await _app.ReadAsync()).Framework);
        Assert.Equal("GREETING=good 'morning' \"all\" $HOME `id` #1\nNAME=web \"of\" $HOME\nRACK_ENV=production", await _app.GetAsync("/environment"));
        // The other service is found by its name.
        Assert.NotEqual("", await _app.GetAsync("/peer"));
        Assert.DoesNotContain("no peer", await _app.GetAsync("/peer"), StringComparison.Ordinal);
        Assert.StartsWith("build", await _app.GetAsync("/commands"), StringComparison.Ordinal);
        Assert.StartsWith("started ", await ExecuteAsync("cat", $"/var/log/containers/{_app.Slug}/web/app.log"), StringComparison.Ordinal);

        var service = await _app.Client.Services.GetAsync(_app.Uid, "web", cancellationToken: App.Token);
        var container = Assert.Single(service.Containers);
        // By nginx, which asks none that is not healthy, as Docker's own names would.
        Assert.StartsWith("198.18.", await ExecuteAsync("docker", "container", "exec", container.Uid, "grep", "counter", "/etc/hosts"), StringComparison.Ordinal);
        Assert.Equal(("web", "80", true), (container.ServiceName, container.WebPorts, container.CaptureOutput));
        Assert.Equal("perl app.pl", container.Command);
        var port = JsonSerializer.Deserialize<string[]>(container.PortList)![0].Split(':');
        Assert.Equal("3000", port[1]);
        var runtime = (await _app.Client.Containers.GetAsync(_app.Uid, container.Uid[..12], App.Token)).Runtime!.Value;
        Assert.True(runtime.GetProperty("State").GetProperty("Running").GetBoolean());
        Assert.Equal("unless-stopped", runtime.GetProperty("HostConfig").GetProperty("RestartPolicy").GetProperty("Name").GetString());
        // Nobody but this machine reaches the container, or the engine, past nginx.
        var listening = await ExecuteAsync("ss", "--listening", "--tcp", "--numeric", "--no-header");
        Assert.Contains($"127.0.0.1:{port[0]}", listening, StringComparison.Ordinal);
        Assert.DoesNotContain($"0.0.0.0:{port[0]}", listening, StringComparison.Ordinal);
        Assert.DoesNotContain(":2375", listening, StringComparison.Ordinal);
        Assert.DoesNotContain("GREETING", await ExecuteAsync("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedCommit_IsLive_WithoutAFailedRequest()
    {
        var counter = await UidsAsync("counter");
        var commands = (await _app.GetAsync("/commands")).Split('\n').Length;
        var version = NewVersion();
        await _app.Code.CommitVersionAsync(version, App.Token);
        var load = await _app.UnderLoadAsync(async () =>
        {
            DeployedApp.AssertSucceeded(await _app.DeployAsync());
            return version;
        });
        AssertNoneFailed(load);
        Assert.Equal(version, await _app.GetAsync("/"));
        Assert.Equal(commands + 1, (await _app.GetAsync("/commands")).Split('\n').Length);
        Assert.EndsWith("deploy", await _app.GetAsync("/commands"), StringComparison.Ordinal);
        Assert.Equal(counter, await UidsAsync("counter"));
        await AwaitOnlyListedAsync();
    }

    [Fact]
    public async Task Scale_FromOneToFiveToTwo_FailsNoRequest()
    {
        var load = await _app.UnderLoadAsync(async () =>
        {
            foreach (var count in new[] { 5, 2 })
            {
                await _app.DoneAsync(_app.Client.Services.ScaleAsync(_app.Uid, "web", await CountAsync(count), App.Token));
                Assert.Equal(count, (await UidsAsync("web")).Count);
            }
            return null;
        });
        AssertNoneFailed(load);
        // It lasts over a deployment.
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        var two = await UidsAsync("web");
        Assert.Equal(2, two.Count);
        await _app.DoneAsync(_app.Client.Containers.StopAsync(_app.Uid, two[0], App.Token));
        Assert.Equal([two[1]], await UidsAsync("web"));
        await _app.DoneAsync(_app.Client.Actions.RestartServiceAsync(_app.Uid, "web", cancellationToken: App.Token));
        Assert.DoesNotContain(two[1], await UidsAsync("web"));
        await AwaitOnlyListedAsync();
    }

    [Fact]
    public async Task StoppedService_AnswersWith503_AndComesBack()
    {
        await _app.DoneAsync(_app.Client.Services.StopAsync(_app.Uid, "web", cancellationToken: App.Token));
        Assert.Empty((await _app.Client.Services.GetAsync(_app.Uid, "web", cancellationToken: App.Token)).Containers);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => _app.GetAsync("/"));
        Assert.Equal(503, (int)refused.StatusCode!);
        await _app.DoneAsync(_app.Client.Services.ScaleAsync(_app.Uid, "web", await CountAsync(1), App.Token));
        Assert.NotEqual("", await _app.GetAsync("/"));
    }

    [Theory]
    [InlineData("broken", "ended with exit code", "this version is broken")]
    [InlineData("sick", "does not answer /healthz well", "serving sick")]
    public async Task VersionThatCannotServe_IsNeverSeen(string version, string says, string printed)
    {
        var before = await _app.GetAsync("/");
        await _app.Code.CommitVersionAsync(version, App.Token);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var deployment = await _app.DeployAsync();
            Assert.Equal("failed", deployment.Outcome.Meaning);
            Assert.Contains(says, deployment.Message, StringComparison.Ordinal);
            Assert.Contains(printed, deployment.Message, StringComparison.Ordinal);
            return null;
        });
        AssertNoneFailed(load);
        Assert.Equal(before, await _app.GetAsync("/"));
        await AwaitOnlyListedAsync();
        // It does not count among the releases that are kept, and goes with the next one.
        Assert.Equal("failed", await FailedImageAsync());
        await MendAsync();
        Assert.Equal("", await FailedImageAsync());
    }

    [Fact]
    public async Task BuildThatFails_IsShown_AndChangesNothing()
    {
        var before = await _app.GetAsync("/");
        var file = await File.ReadAllTextAsync(Path.Combine(_app.Code.Folder, "Dockerfile"), App.Token);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file + "RUN echo one step more && exit 3\n" }, App.Token);
        var deployment = await _app.DeployAsync();
        Assert.Equal("failed", deployment.Outcome.Meaning);
        Assert.Contains("one step more", string.Join('\n', await _app.LinesAsync(deployment.AsyncActionId!.Value)), StringComparison.Ordinal);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { [".cloud66/services.yml"] = "production:\n  services:\n    web: {image: a b}\n" }, App.Token);
        Assert.Contains(".cloud66/services.yml, line 3: web: image expects", (await _app.DeployAsync()).Message, StringComparison.Ordinal);
        Assert.Equal(before, await _app.GetAsync("/"));
        var services = await File.ReadAllTextAsync(Path.Combine(Testbed.Repository.FullName, "tests/testbed/apps/container-app/.cloud66/services.yml"), App.Token);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file, [".cloud66/services.yml"] = services }, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    [Fact]
    public async Task BuildThatIsCancelled_LeavesNothing()
    {
        var (before, file) = (await _app.GetAsync("/"), await File.ReadAllTextAsync(Path.Combine(_app.Code.Folder, "Dockerfile"), App.Token));
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file + "RUN echo now it hangs && sleep 6543\n" }, App.Token);
        var reply = await _app.QueueAsync();
        await _app.SeeAsync(reply.AsyncActionId, "now it hangs");
        await _app.Client.Deployments.CancelAsync(_app.Uid, reply.DeploymentId, App.Token);
        Assert.Equal("cancelled", (await _app.EndAsync(reply)).Outcome.Meaning);
        Assert.Equal(before, await _app.GetAsync("/"));
        await App.WaitAsync(async () => await ExecuteAsync("sh", "-c", "pgrep -f '[s]leep 6543' || true") == "");
        await _app.Code.CommitAsync(new Dictionary<string, string?> { ["Dockerfile"] = file }, App.Token);
        await MendAsync();
    }

    [Fact]
    public async Task Rollback_NeedsNoBuild_AndFailsNoRequest()
    {
        var (one, two) = (await _app.GetAsync("/"), NewVersion());
        var earlier = (await _app.DeploymentsAsync()).First(deployment => deployment.Outcome.Code == 1);
        await _app.Code.CommitVersionAsync(two, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        var load = await _app.UnderLoadAsync(async () =>
        {
            var rollback = await _app.RollBackAsync(earlier.Id);
            DeployedApp.AssertSucceeded(rollback);
            Assert.DoesNotContain(await _app.StepsAsync(rollback.AsyncActionId!.Value), step => step.Name is "build images");
            return one;
        });
        AssertNoneFailed(load);
        Assert.Equal(one, await _app.GetAsync("/"));
    }

    [Fact]
    public async Task Containers_ComeBack_AfterARestartOfTheMachine()
    {
        // What is wanted to be stopped stays so.
        await _app.DoneAsync(_app.Client.Services.StopAsync(_app.Uid, "counter", cancellationToken: App.Token));
        var (before, uids) = (await _app.GetAsync("/"), await UidsAsync("web"));
        await _app.Server.RebootAsync(App.Token);
        await App.WaitAsync(async () => await _app.TryGetAsync("/") == before);
        Assert.Equal(uids, await UidsAsync("web"));
        await App.WaitAsync(async () => uids.ToHashSet().SetEquals((await ExecuteAsync("docker", "container", "ls", "--quiet", "--no-trunc")).Split('\n')));
        await _app.DoneAsync(_app.Client.Services.ScaleAsync(_app.Uid, "counter", await CountAsync(1), App.Token));
    }

    [Fact]
    public async Task ContainerThatSomebodyEnds_IsReplaced()
    {
        await MendAsync();
        var killed = (await UidsAsync("web"))[0];
        await ExecuteAsync("docker", "container", "kill", killed);
        await App.WaitAsync(async () => !(await UidsAsync("web")).Contains(killed));
        await _app.RestAsync();
        Assert.NotEqual("", await _app.GetAsync("/"));
        var repair = (await _app.Client.Actions.ListAsync(_app.Uid, cancellationToken: App.Token)).Response[0];
        Assert.Equal(("container_repair", "slipway", true), (repair.Action, repair.User, repair.FinishedSuccess));
        await App.WaitAsync(async () => (await _app.ReadAsync()).Health == Contracts.Stacks.StackHealth.Healthy);
    }

    [Fact]
    public async Task ContainerThatCrashes_IsStartedAgainByDocker_AndItsHealthTellsSo()
    {
        await MendAsync();
        var (version, uid) = (await _app.GetAsync("/"), (await UidsAsync("web"))[0]);
        await CrashAsync(uid);
        await App.WaitAsync(async () => (await ListAsync("web"))[0].HealthMessage.Contains("started it again once", StringComparison.Ordinal));
        await CrashAsync(uid);
        await CrashAsync(uid);
        await App.WaitAsync(async () => (await ListAsync("web"))[0].HealthMessage.Contains("ends again and again", StringComparison.Ordinal));
        Assert.Equal([uid], await UidsAsync("web"));
        await App.WaitAsync(async () => (await _app.ReadAsync()).Health == Contracts.Stacks.StackHealth.Impaired);
        Assert.Equal(version, await _app.GetAsync("/"));
        await MendAsync();
    }

    [Fact]
    public async Task Command_RunsOnceInANewContainer_BesideADeployment()
    {
        // Whoever deploys meanwhile neither waits for it nor ends it.
        var command = await _app.Client.Services.RunAsync(_app.Uid, "web", new() { Command = "sh -c 'echo begun; until [ -e /tmp/enough ]; do sleep 0.1; done; echo \"$GREETING\"; exit 3'" }, App.Token);
        await _app.SeeAsync(command.Id, "begun");
        await MendAsync();
        Assert.Null((await _app.Client.Actions.GetAsync(_app.Uid, command.Id, App.Token)).FinishedAt);
        await ExecuteAsync("sh", "-c", "docker container exec $(docker container ls --quiet --filter label=slipway.apart) touch /tmp/enough");

        var failed = await _app.EndAsync(command.Id);
        Assert.False(failed.FinishedSuccess);
        Assert.Equal("Step 'run the command' failed: The command ended with exit code 3.", failed.FinishedMessage);
        // It has the variables, and the log does not show them.
        Assert.Equal(["begun", "[redacted]"], (await _app.LinesAsync(command.Id)).Take(2));
        var hanging = await _app.Client.Services.RunAsync(_app.Uid, "web", new() { Command = "sh -c 'echo it hangs; sleep 7654'" }, App.Token);
        await _app.SeeAsync(hanging.Id, "it hangs");
        await _app.Client.Actions.CancelAsync(_app.Uid, hanging.Id, App.Token);
        Assert.False((await _app.EndAsync(hanging.Id)).FinishedSuccess);
        Assert.Equal("", await ExecuteAsync("docker", "container", "ls", "--all", "--quiet", "--filter", "label=slipway.apart"));
        Assert.Equal("", await ExecuteAsync("sh", "-c", "ls /etc/slipway/stacks/*/commands"));
        await AwaitOnlyListedAsync();
    }

    [Fact]
    public async Task Log_IsFollowed_FromOneReleaseToTheNext()
    {
        var version = NewVersion();
        var uid = (await UidsAsync("web"))[0];
        var old = (await _app.Client.Containers.ListLogAsync(_app.Uid, uid, cancellationToken: App.Token)).Response;
        Assert.Contains(old, line => line.Text.StartsWith("serving ", StringComparison.Ordinal) && line.Container == uid && line.Service == "web");
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync();
        // Where it begins is only certain when nothing new has come before.
        await await Task.WhenAny(began.Task, reading).WaitAsync(TimeSpan.FromMinutes(3), App.Token);

        await _app.Code.CommitVersionAsync(version, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());

        var lines = await reading.WaitAsync(TimeSpan.FromMinutes(3), App.Token);
        Assert.Equal(old[^1].Text, lines[0].Text);
        Assert.Contains(lines[^1].Container, await UidsAsync("web"));
        Assert.Equal(lines.Select(line => line.Time).Order(StringComparer.Ordinal), lines.Select(line => line.Time));
        Assert.Equal(lines.Count, lines.Distinct().Count());

        async Task<List<ContainerLogLine>> ReadAsync()
        {
            List<ContainerLogLine> read = [];
            await foreach (var item in _app.Client.Services.FollowLogAsync(_app.Uid, "web", 1, App.Token))
            {
                Assert.Equal(ContainersClient.LineEvent, item.EventType);
                read.Add(JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.ContainerLogLine)!);
                began.TrySetResult();
                if (read[^1].Text == $"serving {version}")
                    break;
            }
            return read;
        }
    }

    [Fact]
    public async Task Databases_ThatTheDefinitionGains_LetInItsOwnContainers_AndNoOthers()
    {
        const string Path = ".cloud66/services.yml";
        var services = await File.ReadAllTextAsync(System.IO.Path.Combine(_app.Code.Folder, Path), App.Token);
        var named = services.Replace("requires: [counter]", "requires: [counter, redis]", StringComparison.Ordinal);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { [Path] = named + $"  databases: [{string.Join(", ", DatabaseProbe.Kinds)}]\n" }, App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());

        var probe = await _app.Client.Services.RunAsync(_app.Uid, "web", new() { Command = DatabaseProbe.Command }, App.Token);
        Assert.True((await _app.EndAsync(probe.Id)).FinishedSuccess);
        Assert.Equal(DatabaseProbe.Line("yes", DatabaseProbe.Kinds), (await _app.LinesAsync(probe.Id))[0]);
        var pages = await Task.WhenAll(new[] { 1, 2 }.Select(page => _app.Client.Environments.ListAsync(_app.Uid, page, App.Token)));
        var variables = pages.SelectMany(page => page.Response).ToDictionary(variable => variable.Key, variable => variable.Value);
        Assert.Equal(variables["REDIS_URL"], await ExecuteAsync("docker", "container", "exec", (await UidsAsync("web"))[0], "sh", "-c", "echo $REDIS_URL"));
        // Whoever is on the same machine and knows everything, but is in another network.
        var known = variables.Where(variable => DatabaseProbe.Kinds.Any(kind => variable.Key.StartsWith(kind, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(
            DatabaseProbe.Line("no", DatabaseProbe.Kinds),
            await ExecuteAsync(["docker", "run", "--rm", .. known.SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]), "slipway-base:1", DatabaseProbe.Program, "-e", DatabaseProbe.Script]));

        // The network comes back with other addresses, because somebody has taken its former ones.
        var used = await ExecuteAsync("docker", "network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", $"slipway-{_app.Slug}");
        await ExecuteAsync("sh", "-c", "docker rm -f $(docker ps -aq) && docker network rm \"slipway-$1\" && docker network create --subnet \"$2\" taken", "sh", _app.Slug, used);
        await _app.Code.CommitAsync(new Dictionary<string, string?> { [Path] = services }, App.Token);
        var deployment = await _app.DeployAsync();
        DeployedApp.AssertSucceeded(deployment);
        Assert.Contains(await _app.LogAsync(deployment.AsyncActionId!.Value), line => line.Severity == "warning" && line.Text.StartsWith($"{Path} does not name redis", StringComparison.Ordinal));
        probe = await _app.Client.Services.RunAsync(_app.Uid, "web", new() { Command = DatabaseProbe.Command }, App.Token);
        await _app.EndAsync(probe.Id);
        Assert.Equal(DatabaseProbe.Line("yes", DatabaseProbe.Kinds), (await _app.LinesAsync(probe.Id))[0]);
        await ExecuteAsync("docker", "network", "rm", "taken");
    }

    [Fact]
    public async Task UnknownContainer_IsNotFound() => Assert.Equal(
        404,
        (int)(await Assert.ThrowsAsync<SlipwayApiException>(() => _app.Client.Containers.GetAsync(_app.Uid, new('0', 64), App.Token))).Status);

    private Task<string> FailedImageAsync() =>
        ExecuteAsync("docker", "image", "ls", "--filter", $"reference=slipway/{_app.Slug}/web:failed", "--format", "{{.Tag}}");

    // Docker waits longer each time before it starts one again.
    private async Task CrashAsync(string uid)
    {
        var version = await _app.GetAsync("/");
        await ExecuteAsync("kill", "-KILL", await ExecuteAsync("docker", "container", "inspect", "--format", "{{.State.Pid}}", uid));
        await App.WaitAsync(async () => await _app.TryGetAsync("/") == version);
    }

    private async Task MendAsync()
    {
        await _app.Code.CommitVersionAsync(NewVersion(), App.Token);
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    private async Task<IReadOnlyList<string>> UidsAsync(string service) => [.. (await ListAsync(service)).Select(container => container.Uid)];

    private async Task<IReadOnlyList<Container>> ListAsync(string? service = null) =>
        (await _app.Client.Containers.ListAsync(_app.Uid, serviceName: service, cancellationToken: App.Token)).Response;

    private async Task<Dictionary<string, int>> CountAsync(int count) =>
        (await _app.Client.Servers.ListAsync(_app.Uid, 1, App.Token)).Response.ToDictionary(server => server.Uid, _ => count);

    // Earlier containers are drained first. What a restart of the machine has kept from that lies there, stopped, until the next deployment.
    private Task AwaitOnlyListedAsync() => App.WaitAsync(async () =>
    {
        var present = (await ExecuteAsync("docker", "container", "ls", "--quiet", "--no-trunc")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return present.ToHashSet().SetEquals((await ListAsync()).Select(container => container.Uid));
    });

    private Task<string> ExecuteAsync(params string[] command) => _app.Server.ExecuteAsync(command, App.Token);

    private static string NewVersion() => Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);

    // How long answers took says more of the machine than of Slipway: benchmarks measure that.
    private void AssertNoneFailed(LoadReport load)
    {
        output.WriteLine(load.ToString());
        Assert.True(load.Broken.Count == 0, load.ToString());
    }
}
