using System.Text;
using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Docker;

public sealed class DockerCommandTests
{
    private static readonly StackPaths Paths = new("shop");

    private static readonly NewContainer Web = new()
    {
        Paths = Paths,
        Service = new()
        {
            Name = "web",
            Command = ["rackup", "-p", "3000", "; reboot"],
            Ports = [new(3000, 80, 443), new(4000)],
            Volumes = [new("data", "/my data", false), new("keys", "/keys", true)],
            LogFolder = "/app/log",
            StopGrace = 30,
            PreStopSequence = [new(60, null), new(0, "USR2")],
        },
        Release = "20261127-abc",
        Run = "20261127-run",
        Number = 2,
        HostPorts = new Dictionary<int, int> { [3000] = 20001, [4000] = 20002 },
    };

    [Fact]
    public void Start_IsExactlyThis() => Assert.Equal(
        [
            "docker", "container", "run", "--detach", "--pull", "never", "--name", "slipway-shop-web-20261127-run-2",
            "--label", "slipway.stack=shop", "--label", "slipway.service=web", "--label", "slipway.release=20261127-abc", "--label", "slipway.run=20261127-run",
            "--label", "slipway.ports=3000:80:443 4000", "--label", "slipway.stop=60s:USR2",
            "--network", "slipway-shop", "--network-alias", "web", "--restart", "no", "--stop-timeout", "30",
            "--env-file", "/etc/slipway/stacks/shop/containers/20261127-run/web",
            "--publish", "127.0.0.1:20001:3000/tcp", "--publish", "127.0.0.1:20002:4000/tcp",
            "--mount=type=volume,source=slipway-shop-data,target=/my data", "--mount=type=volume,source=slipway-shop-keys,target=/keys,readonly",
            "--mount=type=bind,source=/var/log/containers/shop/web,target=/app/log",
            "slipway/shop/web:20261127-abc", "rackup", "-p", "3000", "; reboot",
        ],
        Web.Start());

    [Fact]
    public void Container_IsToldOfServices_OnOtherServers()
    {
        var web = Web with { Hosts = new Dictionary<string, string> { ["web"] = "198.18.0.9", ["api"] = "198.18.0.8" } };
        Assert.Contains("--add-host api:198.18.0.8 --add-host web:198.18.0.9 --restart no", string.Join(' ', web.Start()), StringComparison.Ordinal);
        Assert.Contains("--add-host api:198.18.0.8 --add-host web:198.18.0.9 --env-file", string.Join(' ', web.RunOnce(["env"])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ContainerThatDeploymentsLeaveAlone_SaysSo(bool restarts) =>
        Assert.Equal(!restarts, (Web with { Service = Web.Service with { RestartOnDeploy = restarts } }).Start().Contains("slipway.stays=true"));

    [Theory]
    [InlineData("quay.io/team/web:1", true)]
    [InlineData("_env:IMAGE", false)]
    public void Image_IsRemembered_AsTheDefinitionNamesIt(string image, bool isNamed) =>
        Assert.Equal(isNamed, (Web with { Service = Web.Service with { Image = image } }).Start().Contains($"slipway.image={image}"));

    [Fact]
    public void WishesOnTheServer_AreGiven_WithoutPortsAndNames()
    {
        var agent = Web with
        {
            Service = new() { Name = "agent", Ports = [new(9100)], HostMounts = [new("/srv/a", "/a", true)], IsPrivileged = true, UsesHostNetwork = true, UsesHostProcesses = true },
            HostPorts = new Dictionary<int, int>(),
        };
        foreach (var program in new[] { agent.Start(), agent.RunOnce(["true"]) })
        {
            var line = string.Join(' ', program);
            Assert.Contains(" --network host ", line, StringComparison.Ordinal);
            Assert.Contains(" --privileged --pid host --mount=type=bind,source=/srv/a,target=/a,readonly slipway/shop/agent:20261127-abc", line, StringComparison.Ordinal);
            Assert.DoesNotContain("--publish", line, StringComparison.Ordinal);
            Assert.DoesNotContain("--network-alias", line, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("--privileged", Web.Start());
    }

    [Fact]
    public void Command_ThatRunsOnce_IsNoneOfTheStacksContainers()
    {
        var program = (Web with { IsApart = true }).RunOnce(["env"]);
        Assert.Contains("slipway.stack=", program);
        Assert.Contains("slipway.apart=shop", program);
        Assert.Contains("/etc/slipway/stacks/shop/commands/20261127-run/web", program);
    }

    [Fact]
    public void RunOnce_TakesNoPortsAndNoName_OfTheService()
    {
        var program = Web.RunOnce(["rake", "db:migrate"]);
        Assert.Equal(["docker", "container", "run", "--rm"], program.Take(4));
        Assert.Equal(["slipway/shop/web:20261127-abc", "rake", "db:migrate"], program.TakeLast(3));
        Assert.DoesNotContain("--publish", program);
        Assert.DoesNotContain("--network-alias", program);
        Assert.Contains("--network", program);
    }

    [Fact]
    public void Build_NamesEveryService_AndLabels() => Assert.Equal(
        [
            "docker", "image", "build", "--force-rm", "--file", "/r/docker/Dockerfile", "--tag", "slipway/shop/web:1", "--tag", "slipway/shop/worker:1",
            "--label", "slipway.stack=shop", "--label", "slipway.release=1", "--label", "slipway.commit=abc", "--", "/r",
        ],
        DockerCommands.Build(Paths, "1", "abc", "/r/docker/Dockerfile", "/r", [Paths.Image("web", "1"), Paths.Image("worker", "1")]));

    [Fact]
    public void EverythingThatIsListed_IsOfTheStack()
    {
        Assert.Equal(["docker", "container", "ls", "--all", "--quiet", "--no-trunc", "--filter", "label=slipway.stack=shop", "--filter", "label=slipway.run"], DockerCommands.ListContainers(Paths));
        Assert.Equal("""json?all=1&filters={"label":["slipway.stack=shop"]}""", Uri.UnescapeDataString(DockerQueries.Containers(Paths)[4]));
        Assert.Equal("""/images/json?filters={"reference":["slipway/shop/*"]}""", Uri.UnescapeDataString(DockerQueries.Images(Paths)[4]));
        Assert.Equal("/networks/slipway-shop", DockerQueries.Network(Paths)[4]);
        Assert.Equal(["docker", "image", "prune", "--force", "--filter", "label=slipway.stack=shop"], ImageCommands.Prune(Paths));
        Assert.Equal(["docker", "volume", "ls", "--quiet", "--filter", "label=slipway.stack=shop"], DockerCommands.ListVolumes(Paths));
    }

    [Fact]
    public void Scripts_AreConstant_AndTakeTheirValuesAsArguments()
    {
        Assert.Equal(DockerCommands.SignalOnce(["x"], 1, "HUP")[2], DockerCommands.SignalOnce(["a", "b"], 2, "USR1")[2]);
        Assert.Equal(DockerQueries.Containers(Paths)[2], DockerQueries.Container("a")[2]);
        Assert.Equal(["", "a"], DockerQueries.Container("a").Skip(4));
        Assert.Equal(["USR1", "2", "a", "b"], DockerCommands.SignalOnce(["a", "b"], 2, "USR1").Skip(3));
        Assert.Equal(["a", "b"], DockerCommands.ForgetSignals(["a", "b"]).Skip(4));
        Assert.Equal(["10", "a", "b"], DockerCommands.StopAndRemove(["a", "b"], 10).Skip(3));
        Assert.Equal(["unless-stopped", "", "a", "b"], DockerQueries.Pin(["a", "b"]).Skip(4));
        Assert.Equal(["no", "1", "a", "b"], DockerQueries.Unpin(["a", "b"]).Skip(4));
        Assert.Equal(["docker", "login", "quay.io"], DockerCommands.SignIn("quay.io"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    public void EngineSettings_KeepLogsSmall(string? present) => Assert.Equal(
        """
        {
          "log-driver": "json-file",
          "log-opts": {
            "max-size": "10m",
            "max-file": "3"
          },
          "live-restore": true
        }

        """,
        DockerConfig.With(present));

    [Fact]
    public void EngineSettings_OfSomebodyElse_Stay()
    {
        var settings = DockerConfig.With("""{"log-driver":"journald","insecure-registries":["r:5000"],"live-restore":false}""");
        Assert.Contains("journald", settings, StringComparison.Ordinal);
        Assert.Contains("r:5000", settings, StringComparison.Ordinal);
        Assert.Contains("\"live-restore\": false", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("max-size", settings, StringComparison.Ordinal);
        Assert.Equal(settings, DockerConfig.With(settings));
    }

    [Theory]
    [InlineData("[]", "is no JSON object")]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"hosts":["unix:///var/run/docker.sock","tcp://0.0.0.0:2375"]}""", "listen on TCP")]
    [InlineData("""{"hosts":["fd://","0.0.0.0:2375"]}""", "listen on TCP")]
    public void EngineSettings_ThatAreNotFit_AreRefused(string present, string says) =>
        Assert.Contains(says, Assert.Throws<UserErrorException>(() => DockerConfig.With(present)).Message, StringComparison.Ordinal);

    [Fact]
    public void EnvironmentFile_IsAsDockerReadsIt()
    {
        var file = ContainerEnvironment.File([new("B", new("a 'b' \"c\" $d #e")), new("A", new(""))]);
        Assert.Equal("A=\nB=a 'b' \"c\" $d #e\n", Encoding.UTF8.GetString(file));
        Assert.Contains("KEY has several lines", Assert.Throws<UserErrorException>(() => ContainerEnvironment.File([new("KEY", new("a\nb"))])).Message, StringComparison.Ordinal);
        // With its name and the sign between, Docker reads 65,535 bytes.
        Assert.NotEmpty(ContainerEnvironment.File([new("KEY", new(new string('x', 65_531)))]));
        Assert.Contains(
            "KEY is too long", Assert.Throws<UserErrorException>(() => ContainerEnvironment.File([new("KEY", new(new string('x', 65_532)))])).Message, StringComparison.Ordinal);
    }

    // Certificates are the usual ones.
    [Fact]
    public async Task VariableOfSeveralLines_IsRefused_BeforeAnythingIsDone()
    {
        var attempt = new Attempt([new() { Name = "web" }]);
        var context = attempt.Context with { Variables = _ => [new("CERT", new("a\nb"))] };

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => WriteContainerFiles.CheckAsync(context, TestContext.Current.CancellationToken));

        Assert.StartsWith("The value of CERT has several lines, which containers cannot be given.", problem.Message, StringComparison.Ordinal);
        Assert.InRange(DockerDeploy.Steps.ToList().FindIndex(step => step.Name == "check the variables"), 1, DockerDeploy.Steps.ToList().FindIndex(step => step.Name == "install packages"));
    }

    [Fact]
    public void Indirection_NeedsItsVariable()
    {
        var variables = new Dictionary<string, Secret> { ["A"] = new("value") };
        Assert.Equal("value", ContainerEnvironment.Resolve("_env:A", variables, "web: image"));
        Assert.Equal("plain", ContainerEnvironment.Resolve("plain", variables, "web: image"));
        Assert.Equal(
            "web: image is _env:B, but the stack has no variable B. Set it, then deploy again.",
            Assert.Throws<UserErrorException>(() => ContainerEnvironment.Resolve("_env:B", variables, "web: image")).Message);
    }

    [Fact]
    public void HostPorts_AreTheSameForTheSameContainer_AndOthersForTheNextAttempt()
    {
        var first = HostPorts.Choose("c", [3000, 4000], [], 0);
        Assert.Equal(first, HostPorts.Choose("c", [3000, 4000], [], 0));
        Assert.NotEqual(first[3000], HostPorts.Choose("c", [3000], [], 1)[3000]);
        Assert.NotEqual(first[3000], HostPorts.Choose("c", [3000], [first[3000]], 0)[3000]);
        Assert.All(Enumerable.Range(0, 500).Select(i => HostPorts.Choose($"c{i}", [1], [], 0)[1]), port => Assert.InRange(port, 20000, 32767));
    }
}
