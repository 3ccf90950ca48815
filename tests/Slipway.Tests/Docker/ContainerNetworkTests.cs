using System.Text;
using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Tests.Provisioning;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

/// <summary>From where the databases of a Docker stack are reached.</summary>
public sealed class ContainerNetworkTests
{
    private static readonly Provisioner Provisioner = new(new EngineTimeouts(), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("172.18.0.0/16", "172.18.0.0/255.255.0.0")]
    [InlineData("10.7.0.16/28", "10.7.0.16/255.255.255.240")]
    [InlineData("10.0.0.5", "10.0.0.5")]
    public void Network_IsWrittenAsMariaDbKnowsIt(string network, string expected) => Assert.Equal(expected, DatabaseNetwork.WithMask(network));

    [Fact]
    public void Databases_ListenWhereContainersReachThem_AndLetInTheStacksOwnOnly()
    {
        var stack = Stack(Specs.Server(1, "docker", "redis") with { ContainerNetworks = ["172.18.0.0/16"] }, Specs.Server(2, "docker"));
        Assert.Equal("10.0.0.1", DatabaseNetwork.AddressOf(stack, stack.Databases[0]));
        Assert.Equal(["127.0.0.1", "10.0.0.1"], DatabaseNetwork.ListenAddresses(stack, stack.Servers[0]));
        Assert.Equal(["10.0.0.1", "10.0.0.2", "172.18.0.0/16"], DatabaseNetwork.ClientAddresses(stack, stack.Servers[0]));
        Assert.Contains("IPAddressDeny=any\nIPAddressAllow=localhost 10.0.0.1 10.0.0.2 172.18.0.0/16\n", DropIn(stack), StringComparison.Ordinal);
        // Where databases are on a machine without containers, only the machines with them come.
        var apart = Stack(Specs.Server(1, "redis"), Specs.Server(2, "docker"));
        Assert.Equal(["10.0.0.2"], DatabaseNetwork.ClientAddresses(apart, apart.Servers[0]).Except(["10.0.0.1"]));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2001:db8::1")]
    public void Databases_RefuseAnAddressThatContainersDoNotReach(string address)
    {
        var stack = Stack(Specs.Server(1, "docker", "redis") with { PrivateAddress = address });
        Assert.StartsWith($"The private address of server1 is '{address}'", Assert.Throws<UserErrorException>(() => Provisioner.Plan(stack, stack.Servers[0])).Message);
    }

    [Fact]
    public async Task NetworkThatIsMadeAnew_IsLetInAgain()
    {
        var attempt = GivenRedis();
        await MakeNetwork.RunAsync(attempt.Context, Cancel);
        Assert.Equal("172.18.0.0/16\n", attempt.Machine.Files[attempt.Context.Paths.DatabaseClients]);
        Assert.Contains("172.18.0.0/16", attempt.Machine.Files[RedisDropIn], StringComparison.Ordinal);

        attempt.Machine.Files.Remove(RedisDropIn);
        await MakeNetwork.RunAsync(attempt.Context, Cancel);
        Assert.DoesNotContain(RedisDropIn, attempt.Machine.Files.Keys);

        attempt.Machine.Answers[Line(DockerQueries.Network(attempt.Context.Paths))] = "fd00::/80 fd00::1\n172.20.0.0/16 172.20.0.1\n\n";
        await MakeNetwork.RunAsync(attempt.Context, Cancel);
        Assert.EndsWith(" 172.20.0.0/16", attempt.Machine.Files[RedisDropIn].Split('\n').Single(line => line.StartsWith("IPAddressAllow=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DatabaseThatNoServerMayHold_IsToldWithItsLine()
    {
        var attempt = new Attempt([new() { Name = "web" }]);
        var plan = attempt.Context.State.Plan;
        attempt.Context.State.Plan = plan with { Docker = plan.Docker! with { Databases = [new("mysql", 7)] } };
        Assert.True(FindDatabases.IsNeeded(attempt.Context));
        var refused = await Assert.ThrowsAsync<UserErrorException>(() => FindDatabases.RunAsync(attempt.Context, Cancel));
        Assert.StartsWith("services.yml, line 7: databases names mysql, and no server of the stack is to hold it", refused.Message);
    }

    [Theory]
    [InlineData("4000::8443", false, "172.18.0.9:4000", "/")]
    [InlineData("4000::8443", true, "172.18.0.9:4000", "/up")]
    [InlineData("4000:80:8443", false, "172.18.0.9:4000", "/")]
    [InlineData("4000", false, "172.18.0.9:4000", "")]
    public async Task Health_AsksPortsOfAnyKind(string port, bool hasPath, string address, string path)
    {
        var service = new ServiceDefinition { Name = "web", Ports = [ServiceTexts.Port(port)!], Health = hasPath ? new(HealthKind.Http, "/up") : HealthDefinition.Default };
        var attempt = new Attempt([service]);
        var container = New(new('a', 64), "web") with { Address = "172.18.0.9" };
        await ContainerHealth.CheckAsync(attempt.Context, attempt.Context.Wanted.Servers[0], attempt.Context.Hosts(attempt.Context.Wanted.Servers[0]), service, container, Cancel);
        Assert.Equal((address, path), attempt.Machine.Probes.Select(probe => (probe.TcpAddress, probe.UrlPath)).Single());
    }

    private static string RedisDropIn => Engine.Commands.RedisConfig.DropInPath("shop");

    private static StackSpec Stack(params ServerSpec[] servers) => Specs.Stack(servers, Specs.Database(DatabaseKinds.Redis, 1)) with { Framework = "docker" };

    private static string DropIn(StackSpec stack) => Encoding.UTF8.GetString(Provisioner.Plan(stack, stack.Servers[0]).Components.Values
        .SelectMany(plan => plan.Files).OfType<WriteFile>().Single(file => file.Path == RedisDropIn).Content.Span);

    private static Attempt GivenRedis()
    {
        var attempt = new Attempt([new() { Name = "web" }]);
        attempt.Context.Wanted = attempt.Context.Wanted with { Databases = [Specs.Database(DatabaseKinds.Redis, 1)] };
        attempt.Machine.Answers[Line(DockerQueries.Network(attempt.Context.Paths))] = "172.18.0.0/16 172.18.0.1\n";
        return attempt;
    }
}
