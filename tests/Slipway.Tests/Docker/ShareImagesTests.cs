using Slipway.Engine;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Stacks;
using Slipway.Tests.Provisioning;
using Slipway.Tests.Support;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class ShareImagesTests
{
    private const string Image = "slipway/shop/web:2";
    private const string Layers = """["sha256:a","sha256:b","sha256:c"]""";

    private readonly Attempt _attempt = new([new() { Name = "web", Build = new("", "Dockerfile") }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServersThatLackImages_GetThem_WithoutTheLayersThatTheyHave()
    {
        var (context, others) = Given("docker", "docker", "docker");
        GivenImage(_attempt.Machine);
        others[0].Answers[Line(ImageCommands.AllLayers)] = """["sha256:a","sha256:b","sha256:x"]""";
        // A connection that is lost in the middle of sending has the whole archive sent again.
        others[0].LossesOfInput = 1;

        await ShareImages.RunAsync(context, Cancel);

        Assert.Single(Ran(_attempt.Machine, "bash -c set -o pipefail; docker image save"));
        var packs = Ran(_attempt.Machine, "tar --create");
        Assert.Equal(2, packs.Count);
        foreach (var (machine, pack, known) in new[] { (others[0], packs[0], "1/layer.tar\n2/layer.tar"), (others[1], packs[1], "") })
        {
            Assert.Single(Ran(machine, "docker image load"));
            Assert.Contains($"--file={machine.Inputs["load web"]} ", pack, StringComparison.Ordinal);
            Assert.Equal(known, _attempt.Machine.Files[machine.Inputs["load web"] + ".known"]);
        }
        Assert.Contains("Images of web come from server1: 2.5 MB, 1 of 3 layers.", _attempt.Said);
        Assert.Contains("Images of web come from server1: 2.5 MB, 3 of 3 layers.", _attempt.Said);
        Assert.Contains(context.Paths.ImageFiles, _attempt.Machine.Removed);
    }

    [Fact]
    public async Task ServersThatLackTheSame_AreSentOneArchive_AndAnEngineWithAnotherStoreAll()
    {
        var (context, others) = Given("docker", "docker", "docker", "docker");
        GivenImage(_attempt.Machine);
        foreach (var machine in others)
            machine.Answers[Line(ImageCommands.AllLayers)] = """["sha256:a"]""";
        others[2].Answers[Line(ImageCommands.ShowStore)] = """[["driver-type","io.containerd.snapshotter.v1"]]""";

        await ShareImages.RunAsync(context, Cancel);

        Assert.Equal(2, Ran(_attempt.Machine, "tar --create").Count);
        Assert.Equal(others[0].Inputs["load web"], others[1].Inputs["load web"]);
        Assert.Equal("1/layer.tar", _attempt.Machine.Files[others[0].Inputs["load web"] + ".known"]);
        Assert.Equal("", _attempt.Machine.Files[others[2].Inputs["load web"] + ".known"]);
    }

    [Fact]
    public async Task NothingIsDone_WhereAllAreThere()
    {
        var (context, others) = Given("docker", "docker", "build");
        GivenImage(_attempt.Machine);
        GivenImage(others[0]);

        await ShareImages.RunAsync(context, Cancel);

        Assert.Equal([Line(DockerQueries.Images(context.Paths))], _attempt.Machine.Programs);
        Assert.Equal([Line(DockerQueries.Images(context.Paths))], others[0].Programs);
        Assert.Empty(others[1].Programs);
    }

    [Fact]
    public async Task ServerThatOnlyBuilds_IsTheSource_WhenNoOtherIs()
    {
        var (context, others) = Given("docker", "build");
        GivenImage(others[0]);

        await ShareImages.RunAsync(context, Cancel);

        Assert.Single(Ran(others[0], "tar --create"));
        Assert.Single(Ran(_attempt.Machine, "docker image load"));
        Assert.Empty(Ran(others[0], "docker image load"));
    }

    [Fact]
    public async Task ImageThatIsNowhere_OrOnlyForOtherProcessors_IsToldOf()
    {
        var (context, others) = Given("docker", "docker");
        GivenImage(others[0]);
        var arm = context.Wanted.Servers[1] with { Facts = Specs.Bookworm with { Architecture = "arm64" } };
        context = context with { Wanted = context.Wanted with { Servers = [context.Wanted.Servers[0], arm] } };

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => ShareImages.RunAsync(context, Cancel));

        Assert.StartsWith("No server has the image slipway/shop/web:2, which server1 lacks.", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker docker", "amd64 amd64", "1")]
    [InlineData("docker docker build", "amd64 amd64 amd64", "3")]
    [InlineData("docker docker+build", "amd64 amd64", "2")]
    [InlineData("docker build build", "amd64 amd64 amd64", "2")]
    [InlineData("docker docker docker", "amd64 arm64 arm64", "1 2")]
    [InlineData("docker docker build", "amd64 arm64 arm64", "1 3")]
    [InlineData("docker redis", "amd64 amd64", "1")]
    public async Task Images_AreBuilt_OnOneServerForEachKindOfProcessor(string roles, string architectures, string builders)
    {
        var (context, others) = Given(roles.Split(' '));
        var machines = others.Prepend(_attempt.Machine).ToList();
        var servers = context.Wanted.Servers.Zip(architectures.Split(' '), (server, one) => server with { Facts = server.Facts with { Architecture = one } });
        context = context with { Wanted = context.Wanted with { Servers = [.. servers] } };

        await BuildImages.RunAsync(context, Cancel);

        var built = Enumerable.Range(1, machines.Count).Where(number => Ran(machines[number - 1], "docker image build").Count > 0);
        Assert.Equal(builders, string.Join(' ', built));
    }

    [Fact]
    public async Task Tag_IsPulledOnce_AndByItsDigestOnTheOthers()
    {
        var (context, others) = Given("docker", "docker");
        context.State.Plan = context.State.Plan with { Docker = context.Docker with { Services = [new() { Name = "api", Image = "quay.io/owner/api:1.2" }] } };
        _attempt.Machine.Answers[Line(ImageCommands.Digests("slipway/shop/api:2"))] = """["quay.io/owner/api@sha256:12"]""";

        await PullImages.RunAsync(context, Cancel);

        Assert.Equal(Line(ImageCommands.Pull("quay.io/owner/api:1.2", "slipway/shop/api:2")), _attempt.Machine.Programs[1]);
        Assert.Equal(Line(ImageCommands.Pull("quay.io/owner/api@sha256:12", "slipway/shop/api:2")), others[0].Programs[1]);
        // Somebody has them there already.
        Assert.DoesNotContain(_attempt.Machine.Programs.Concat(others[0].Programs), program => program.Contains("docker image rm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Error response from daemon: No such image: quay.io/owner/api:1.2", true)]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", false)]
    public async Task NameThatWasNotThereBefore_IsLetGoOf(string answer, bool isOurs)
    {
        const string Name = "quay.io/owner/api:1.2";
        var context = _attempt.Context;
        context.State.Plan = context.State.Plan with { Docker = context.Docker with { Services = [new() { Name = "api", Image = Name }] } };
        _attempt.Machine.Answers[Line(ImageCommands.Find(Name))] = answer;
        _attempt.Machine.ExitCodes[Line(ImageCommands.Find(Name))] = 1;
        // A container of somebody else's is in the way.
        var letGo = Line(ImageCommands.LetGo([Name]));

        await PullImages.RunAsync(context, Cancel);

        Assert.Equal(isOurs ? [letGo] : [], Ran(_attempt.Machine, "flock --nonblock"));
        Assert.Equal(isOurs ? Name + "\n" : null, _attempt.Machine.Files.GetValueOrDefault(context.Paths.PulledImages));
        if (!isOurs)
            return;
        _attempt.Machine.Answers[letGo] = Name;
        await new PulledOriginals(context.Paths, context.Hosts(context.Wanted.Servers[0]), context.Timeouts).LetGoAsync(Cancel);
        Assert.Contains(context.Paths.PulledImages, _attempt.Machine.Removed);
    }

    [Fact]
    public async Task ServerThatOnlyBuilds_IsTidiedUp_AndPruned_AndItsNginxLeftAlone()
    {
        var (given, others) = Given("docker", "build");
        var context = given with { Release = "20260102120000-abc" };
        // The last two have names of somebody else's.
        others[0].Answers[Line(DockerQueries.Images(context.Paths))] =
            string.Join('\n', [.. Enumerable.Range(1, 9).Select(NameOf), "slipway/shop/web:zzz", "slipway/shop/debug:20260101"]);

        await PruneImages.RunAsync(context, Cancel);
        await Abandon.RunAsync(context, removeRelease: true, Cancel);

        Assert.Contains(Ran(others[0], "docker image rm"), program => program.EndsWith($" -- {NameOf(1)} {NameOf(3)} {NameOf(4)}", StringComparison.Ordinal));
        Assert.Contains($"docker image tag {NameOf(2)} slipway/shop/web:failed", others[0].Programs);
        Assert.Contains(context.Paths.ImageFiles, others[0].Removed);
        Assert.DoesNotContain(others[0].Programs, program => program.Contains("nginx", StringComparison.Ordinal));

        static string NameOf(int release) => $"slipway/shop/web:2026010{release}120000-abc";
    }

    private (DeployContext Context, IReadOnlyList<FakeMachine> Others) Given(params string[] roles)
    {
        List<ServerSpec> servers = [.. roles.Select((role, index) => Specs.Server(index + 1, role.Split('+')))];
        var others = Enumerable.Range(2, roles.Length - 1).Select(_attempt.AddMachine).ToList();
        return (_attempt.Context with { Wanted = _attempt.Context.Wanted with { Servers = servers } }, others);
    }

    private void GivenImage(FakeMachine machine)
    {
        machine.Answers[Line(DockerQueries.Images(_attempt.Context.Paths))] = $"{Image}\nslipway/shop/web:1";
        machine.Answers[Line(ImageCommands.Layers([Image]))] = Layers;
        machine.NamedFiles["manifest.json"] = $$"""[{"Config":"c.json","RepoTags":["{{Image}}"],"Layers":["1/layer.tar","2/layer.tar","3/layer.tar"]}]""";
        machine.SizeOfFiles = "2500000";
    }

    private static List<string> Ran(FakeMachine machine, string start) =>
        [.. machine.Programs.Where(program => program.StartsWith(start, StringComparison.Ordinal))];
}
