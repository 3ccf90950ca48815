using System.Globalization;
using System.Net;
using Slipway.Contracts.Deployments;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>What goes wrong around containers: the reason is told, the old release serves, and when the trouble is over the next deployment works.</summary>
public sealed class DockerTroubleTests(SmallDockerApp deployed, ITestOutputHelper output) : IClassFixture<SmallDockerApp>
{
    private const string Disk = "/var/lib/docker";
    private static readonly HttpClient Http = new();
    private static int _version = 3000;

    private readonly App _app = deployed.App;

    [Fact]
    public async Task HealthCheckOfTheImage_Decides()
    {
        const string Check = """
            HEALTHCHECK --interval=1s --timeout=5s --retries=3 CMD perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new("127.0.0.1:3000") or exit 1; print $s "GET / HTTP/1.0\r\n\r\n"; exit(<$s> =~ / 200 / ? 0 : 1)'

            """;
        var file = await DockerfileAsync();
        await CommitAsync(("Dockerfile", file + Check), (DockerApp.Definition, SmallDockerApp.Definition.Replace("    health: /healthz\n", "", StringComparison.Ordinal)), Version());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        var container = Assert.Single((await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response);
        // Slipway asks before Docker does.
        await App.WaitAsync(async () => await ExecuteAsync("docker", "container", "inspect", "--format", "{{.State.Health.Status}}", container.Uid) == "healthy");

        await FailAsync("is unhealthy by the check of its image", ("VERSION", "sick\n"));

        await CommitAsync(("Dockerfile", file), (DockerApp.Definition, SmallDockerApp.Definition), Version());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    [Fact]
    public async Task PortThatAnotherProgramHas_IsNamed()
    {
        await ListenAsync("other", 8080, 8080);
        await FailAsync("nginx cannot offer port 8080", (DockerApp.Definition, SmallDockerApp.Definition.Replace("3000:80", "3000:8080", StringComparison.Ordinal)));
        await ExecuteAsync("systemctl", "stop", "other");
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal("8080", await ExecuteAsync("curl", "--silent", "--fail", "--output", "/dev/null", "--write-out", "%{remote_port}", "http://127.0.0.1:8080/"));
        await MendAsync();
    }

    [Fact]
    public async Task NginxOfSomebodyElse_IsNotWaitedFor()
    {
        // What one in a container looks like from outside. (systemd wants $ twice.)
        await ExecuteAsync("systemd-run", "--quiet", "--collect", "--unit=another-nginx", "perl", "-e", "$$0 = 'nginx: worker process'; sleep 600");
        await MendAsync();
        await ExecuteAsync("systemctl", "stop", "another-nginx");
    }

    [Fact]
    public async Task ServicesThatStartTogether_FindEachOther_WhileTheyAreChecked()
    {
        // The page of one is the other's answer.
        const string Counter = "  counter:\n    ports: [\"3000\"]\n    stop_grace: 1s\n";
        await CommitAsync((DockerApp.Definition, SmallDockerApp.Definition.Replace("/healthz", "/peer", StringComparison.Ordinal) + Counter), Version());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal(await _app.GetAsync("/"), await _app.GetAsync("/peer"));
        await MendAsync();
    }

    [Fact]
    public async Task HostPortsThatOtherProgramsHave_ArePassedOver()
    {
        // All that Slipway chooses from, but for a few.
        await ListenAsync("others", 20000, 32700);
        await MendAsync();
        var container = Assert.Single((await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response);
        Assert.Contains("\"327", container.PortList, StringComparison.Ordinal);
        await ExecuteAsync("systemctl", "stop", "others");
    }

    [Fact]
    public async Task FullDisk_IsNamed_AndUsedAgainOnceThereIsRoom()
    {
        await TheContainerAsync();
        var (before, containers) = (await RoomAsync(), await ExecuteAsync("docker", "container", "ls", "--all", "--quiet"));
        // What a build has written is gone with it.
        await FailAsync($"there is no space left in {Disk}", ("Dockerfile", await DockerfileAsync() + "RUN head -c 3G /dev/zero >/big\n"));
        await App.WaitAsync(async () => await RoomAsync() >= before - 10);
        Assert.Equal(containers, await ExecuteAsync("docker", "container", "ls", "--all", "--quiet"));
        await CommitAsync(("Dockerfile", await DockerfileAsync()));

        await ExecuteAsync("sh", "-c", $"head -c 3G /dev/zero >{Disk}/filler 2>/dev/null || true");
        await FailAsync($"there is no space left in {Disk}", Version());
        await ExecuteAsync("rm", $"{Disk}/filler");
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
        Assert.Equal(_version.ToString(CultureInfo.InvariantCulture), await _app.GetAsync("/"));
    }

    [Fact]
    public async Task EngineThatRestarts_KeepsContainers_AndNoDeploymentIsLeftHalf()
    {
        var before = await _app.GetAsync("/");
        var container = await TheContainerAsync();
        var load = await _app.UnderLoadAsync(async () =>
        {
            await RestartEngineAsync();
            return null;
        });
        output.WriteLine($"Engine restarted: {load}");
        Assert.Equal(container, await RunningAsync());
        await App.WaitAsync(async () => await _app.TryGetAsync("/") == before);

        await CommitAsync(("Dockerfile", await DockerfileAsync() + "RUN echo now it builds && sleep 5\n"), Version());
        var building = await _app.QueueAsync();
        await _app.SeeAsync(building.AsyncActionId, "now it builds");
        await RestartEngineAsync();
        await AssertNewOrOldAsync("build", before, await _app.EndAsync(building));
        await CommitAsync(("Dockerfile", await DockerfileAsync()), Version());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());

        before = await _app.GetAsync("/");
        container = await TheContainerAsync();
        await CommitAsync(("VERSION", "late\n"));
        var starting = await _app.QueueAsync();
        // From now on there is a new one, whether the old one is still there when we look or not.
        await App.WaitAsync(async () => await RunningAsync() != container);
        await RestartEngineAsync();
        await AssertNewOrOldAsync("start", before, await _app.EndAsync(starting));
        await MendAsync();
        // What the engine was building in when it ended has no label, and is not Slipway's to touch.
        await App.WaitAsync(async () => await ExecuteAsync("sh", "-c", "docker container ls --all --quiet --filter label=slipway.stack | wc -l") == "1");
    }

    [Fact]
    public async Task Maintenance_ShowsAPage_LastsOverARedeployment_AndEnds()
    {
        var container = await TheContainerAsync();
        await _app.DoneAsync(_app.Client.Actions.SetMaintenanceAsync(_app.Uid, isOn: true, App.Token));
        Assert.Equal(container, await RunningAsync());
        await AssertInMaintenanceAsync();
        await MendAsync();
        await AssertInMaintenanceAsync();
        await _app.DoneAsync(_app.Client.Actions.SetMaintenanceAsync(_app.Uid, isOn: false, App.Token));
        Assert.Equal(_version.ToString(CultureInfo.InvariantCulture), await _app.GetAsync("/"));
    }

    private async Task AssertInMaintenanceAsync()
    {
        using var answer = await Http.GetAsync(_app.Server.Url("/any/path"), App.Token);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromMinutes(5)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Contains("Back soon", await answer.Content.ReadAsStringAsync(App.Token), StringComparison.Ordinal);
    }

    // The new version serves, or the old one does as if nothing had been.
    private async Task AssertNewOrOldAsync(string step, string before, Deployment deployment)
    {
        output.WriteLine($"Engine restarted in {step}: {deployment.Outcome.Meaning} {deployment.Message}");
        var now = await _app.GetAsync("/");
        Assert.Equal(deployment.Outcome.Code == 1, now != before);
        Assert.True(deployment.Outcome.Code == 1 || deployment.Message is { Length: > 0 });
    }

    // systemd refuses a service that is restarted often.
    private Task<string> RestartEngineAsync() => ExecuteAsync("sh", "-c", "systemctl reset-failed docker; systemctl restart docker");

    private async Task FailAsync(string says, params (string File, string Content)[] files)
    {
        var before = await _app.GetAsync("/");
        await CommitAsync(files);
        var load = await _app.UnderLoadAsync(async () =>
        {
            var deployment = await _app.DeployAsync();
            Assert.Equal("failed", deployment.Outcome.Meaning);
            Assert.Contains(says, deployment.Message, StringComparison.Ordinal);
            return null;
        });
        output.WriteLine(load.ToString());
        Assert.True(load.Broken.Count == 0, load.ToString());
        Assert.Equal([before], load.Revisions);
    }

    private async Task MendAsync()
    {
        await CommitAsync((DockerApp.Definition, SmallDockerApp.Definition), Version());
        DeployedApp.AssertSucceeded(await _app.DeployAsync());
    }

    private Task CommitAsync(params (string File, string Content)[] files) =>
        _app.Code.CommitAsync(files.ToDictionary(file => file.File, file => (string?)file.Content), App.Token);

    private static (string File, string Content) Version() =>
        ("VERSION", Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture) + "\n");

    private static Task<string> DockerfileAsync() =>
        File.ReadAllTextAsync(Path.Combine(Testbed.Repository.FullName, "tests/testbed/apps/container-app/Dockerfile"), App.Token);

    // Earlier ones end when they are drained, which nobody waits for.
    private async Task<string> TheContainerAsync()
    {
        await App.WaitAsync(async () => !(await RunningAsync()).Contains('\n'));
        return await RunningAsync();
    }

    private Task<string> RunningAsync() => ExecuteAsync("docker", "container", "ls", "--quiet");

    // In MiB.
    private async Task<int> RoomAsync() =>
        int.Parse((await ExecuteAsync("df", "--output=avail", "--block-size=1M", Disk)).Split('\n')[^1], CultureInfo.InvariantCulture);

    // A program that has all these ports of loopback, where nobody has them yet. It is ready when this returns.
    private Task<string> ListenAsync(string unit, int first, int last) => ExecuteAsync(
        "systemd-run", "--quiet", "--collect", $"--unit={unit}", "--service-type=notify", "--property=NotifyAccess=all", "--property=LimitNOFILE=20000",
        "perl", "-MIO::Socket::INET", "-e",
        "my @all = map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $_, Listen => 1, ReuseAddr => 1) || () } $ARGV[0] .. $ARGV[1]; system 'systemd-notify', '--ready'; sleep 600",
        first.ToString(CultureInfo.InvariantCulture), last.ToString(CultureInfo.InvariantCulture));

    private Task<string> ExecuteAsync(params string[] command) => _app.Server.ExecuteAsync(command, App.Token);
}
