using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Stacks;
using Slipway.Tests.Provisioning;

namespace Slipway.Tests.Docker.Names;

public sealed class NamePlanTests
{
    private static readonly DockerDefinition Definition = new()
    {
        Source = "services.yml",
        Services = [new() { Name = "web-1", Ports = [new(3000, 80)] }, new() { Name = "api", Ports = [new(4000), new(4001)] }, new() { Name = "worker" }],
    };

    private static readonly StackSpec Stack =
        Specs.Stack([Specs.Server(1, ServerRoles.Docker), Specs.Server(2, ServerRoles.Docker), Specs.Server(3, ServerRoles.Docker)]) with { Framework = StackSpec.DockerFramework };

    private static readonly Dictionary<string, ServerNames> Names = Enumerable.Range(1, 3).ToDictionary(number => $"uid-{number}", number => new ServerNames
    {
        Subnet = "172.18.0.0/16", Gateway = "172.18.0.1",
        Entries = new Dictionary<string, int> { ["web-1/3000"] = 61000 + number, ["api/4000"] = 61010 + number, ["api/4001"] = 61020 + number },
    });

    [Fact]
    public void EachServer_AsksItsOwnContainers_AndTheOtherServersThatHaveSome()
    {
        var targets = Targets(([Api(1, 20001)], []), ([Api(2, 20002), Api(3, 20003)], []), ([], []));

        var first = For(0, targets);
        Assert.Equal([20001], first.Here);
        Assert.Equal([new NamePeer("10.0.0.2", 61012, 2)], first.Peers);
        Assert.Equal([20001], first.HereForPeers);
        var third = For(2, targets);
        Assert.Equal((61013, 0, 0), (third.Entry, third.Here.Count, third.HereForPeers.Count));
        Assert.Equal([new NamePeer("10.0.0.1", 61011, 1), new NamePeer("10.0.0.2", 61012, 2)], third.Peers);
    }

    [Fact]
    public void ServerThatAServiceLeaves_AnswersTheOthers_UntilTheyHaveSwitched()
    {
        var targets = Targets(([], [Api(1, 20001)]), ([Api(2, 20002)], []), ([], []));

        var leaving = For(0, targets);
        Assert.Equal([20001], leaving.HereForPeers);
        Assert.Empty(leaving.Here);
        Assert.Equal(["10.0.0.2"], leaving.Peers.Select(peer => peer.Address));
        Assert.Equal(["10.0.0.2"], For(2, targets).Peers.Select(peer => peer.Address));
    }

    [Fact]
    public void Network_KnowsTheOtherServers()
    {
        var network = NamePlan.NetworkOf(Stack, Stack.Servers[1], Names["uid-2"]);
        Assert.Equal(("10.0.0.2", "172.18.0.1"), (network.Address, network.Gateway));
        Assert.Equal(["10.0.0.1", "10.0.0.3"], network.Peers);
        var alone = Specs.Stack([Specs.Server(1, ServerRoles.Docker) with { PrivateAddress = "host.internal" }]) with { Framework = StackSpec.DockerFramework };
        Assert.Empty(NamePlan.NetworkOf(alone, alone.Servers[0], Names["uid-1"]).Peers);
    }

    [Fact]
    public void Names_AreThoseOfServicesWithPorts()
    {
        Assert.Equal(["api", "web-1"], NamePlan.Hosts(Definition).Keys);
        Assert.Equal(["web-1/3000", "api/4000", "api/4001"], NamePlan.Keys(Definition));
        Assert.Equal(
            ["WEB_1_ADDRESS_INT=web-1", "WEB_1_ADDRESS=web-1", "WEB_1_PORT=3000", "API_ADDRESS_INT=api", "API_ADDRESS=api", "API_PORT=4000"],
            NamePlan.Variables(Definition).Select(variable => $"{variable.Key}={variable.Value}"));
    }

    [Fact]
    public void Rules_KeepWhatTheStackHadBefore_AndAreWhereContainersLook()
    {
        var rules = NamePlan.Rules(Definition, new Dictionary<string, int> { ["gone/9000"] = 61007, ["api/4000"] = 61001 });

        Assert.Equal([(4000, 61001), (9000, 61007)], rules.Select(rule => (rule.Port, rule.Entry)));
        Assert.Equal(NamePlan.Hosts(Definition)["api"], rules[0].Address);
        Assert.Equal(ServiceAddresses.For(["gone"])["gone"], rules[1].Address);
    }

    [Fact]
    public void Ports_AreChosenByName_PastThoseThatAreTaken()
    {
        var free = PortClaims.Choose("shop", ["api/4000"], [])["api/4000"];
        Assert.Equal(64187, free);
        Assert.Equal(free + 2, PortClaims.Choose("shop", ["api/4000"], [free, free + 1])["api/4000"]);
        var all = PortClaims.Choose("shop", [.. Enumerable.Range(0, NameFiles.LastPort - NameFiles.FirstPort + 1).Select(number => $"api/{number}")], []);
        Assert.Distinct(all.Values);
        Assert.All(all.Values, port => Assert.InRange(port, NameFiles.FirstPort, NameFiles.LastPort));
        Assert.Throws<Slipway.Engine.UserErrorException>(() => PortClaims.Choose("shop", ["one/1"], [.. all.Values]));
    }

    private static NameEntry For(int server, IReadOnlyDictionary<string, NameTargets> targets) =>
        NamePlan.For(Stack, Definition, Stack.Servers[server], Names, targets).Single(entry => (entry.Service, entry.Port) == ("api", 4000));

    private static Dictionary<string, NameTargets> Targets(params (ContainerState[] Serving, ContainerState[] Spare)[] servers) =>
        servers.Select((server, index) => (server, index)).ToDictionary(pair => $"uid-{pair.index + 1}", pair => new NameTargets(pair.server.Serving, pair.server.Spare));

    private static ContainerState Api(int number, int hostPort) =>
        Attempt.Old($"c{number}", "api") with { Ports = new Dictionary<int, int> { [4000] = hostPort } };
}
