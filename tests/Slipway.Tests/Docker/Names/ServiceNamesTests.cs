using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Operations;
using Slipway.Tests.Support;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker.Names;

public sealed class ServiceNamesTests
{
    private const string Stream = "/etc/nginx/slipway-stream/shop.conf";
    private const string Rules = "/etc/slipway/names/shop.nft";

    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 80)] }]);

    private readonly FakeMachine _second;

    public ServiceNamesTests()
    {
        _second = _attempt.AddMachine(2);
        foreach (var machine in new[] { _attempt.Machine, _second })
        {
            machine.Answers[Line(DockerQueries.Network(_attempt.Context.Paths))] = "fd00:1::/64 fd00:1::1\n172.18.0.0/16 172.18.0.1";
            machine.Answers[Line(PortClaims.Show)] = "61007 shop/web/3000\n61008 other/web/3000\n61009 shop/gone/9000";
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true, null, true)]
    [InlineData(true, false, null, false)]
    [InlineData(false, true, null, false)]
    [InlineData(false, true, "before", true)]
    public async Task OneServer_HasNames_WhereServicesAskEachOther(bool hasOthers, bool isReady, string? before, bool hasNames)
    {
        if (hasOthers)
            _attempt.Context.State.Plan = _attempt.Context.State.Plan with { Docker = _attempt.Context.Docker with { Services = [.. _attempt.Context.Docker.Services, new() { Name = "worker" }] } };
        if (isReady)
            _attempt.Machine.Files[NameFiles.StreamPath] = NameFiles.Stream;
        if (before is not null)
            _attempt.Machine.Files[Stream] = before;
        await FindNames.RunAsync(_attempt.Context, Cancel);

        Assert.Equal(hasNames ? ["uid-1"] : [], _attempt.Context.State.Names.Keys.Order());
        Assert.Equal(hasNames, _attempt.Context.State.HasNames);
        Assert.Equal(hasNames, _attempt.Machine.Programs.Contains($"nft --file {Rules}"));
        Assert.Equal(hasOthers && !isReady, _attempt.Said.Exists(text => text.Contains("after the next deployment", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OneServer_NeedsNoReload_ButThatOfTheSwitch()
    {
        var context = Named(before: "upstream slipway-shop.web.3000 {\n}\nlisten 172.18.0.1:61007\n") with { Wanted = _attempt.Context.Wanted };
        _attempt.GivenContainers(Old("c1", "web"), New("c2", "web"));

        await ServiceNames.IntroduceAsync(context, isLast: false, Cancel);
        await ServiceNames.IntroduceAsync(context, isLast: true, Cancel);
        await ServiceNames.SettleAsync(context, Cancel);

        Assert.DoesNotContain(Stream, _attempt.Machine.Files.Keys);
        Assert.DoesNotContain(Line(NginxCommands.Reload), _attempt.Machine.Programs);
    }

    // Somebody removed it while nothing ran; what is required must be found at its new addresses before the switch.
    [Fact]
    public async Task NetworkThatWasMadeAnew_IsListenedOn_BeforeTheSwitch()
    {
        var context = Named(before: "upstream slipway-shop.web.3000 {\n}\nlisten 172.30.0.1:61007\n") with { Wanted = _attempt.Context.Wanted };
        _attempt.GivenContainers(New("c2", "web"));

        await ServiceNames.IntroduceAsync(context, isLast: false, Cancel);

        Assert.Contains("listen 172.18.0.1:61007 ", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.DoesNotContain("172.30.0.1", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoServers_HaveNames_OnceBothAreReady()
    {
        var context = _attempt.OnTwoServers;
        _attempt.Machine.Files[NameFiles.StreamPath] = NameFiles.Stream;
        await FindNames.RunAsync(context, Cancel);
        Assert.Empty(context.State.Names);
        Assert.Contains(_attempt.Said, text => text.Contains("after the next deployment", StringComparison.Ordinal));

        _second.Files[NameFiles.StreamPath] = NameFiles.Stream;
        _second.Files[Stream] = "before";
        await FindNames.RunAsync(context, Cancel);

        Assert.True(context.State.HasNames);
        Assert.Equal(["uid-1", "uid-2"], context.State.Names.Keys.Order());
        var second = context.State.Names["uid-2"];
        Assert.Equal(("172.18.0.0/16", "172.18.0.1", "before", 61007), (second.Subnet, second.Gateway, second.Before, second.Entries["web/3000"]));
        Assert.Contains("tcp dport 3000 redirect to :61007", _attempt.Machine.Files[Rules], StringComparison.Ordinal);
        Assert.Contains("tcp dport 9000 redirect to :61009", _attempt.Machine.Files[Rules], StringComparison.Ordinal);
        Assert.Contains($"nft --file {Rules}", _attempt.Machine.Programs);
    }

    [Fact]
    public async Task FirstContainersOfAService_AreKnown_BeforeTheSwitch()
    {
        var context = Named(before: "before\n");
        _attempt.GivenContainers(Old("c1", "web") with { IsPinned = false }, New("c2", "web") with { Ports = new Dictionary<int, int> { [3000] = 20002 } });

        await ServiceNames.IntroduceAsync(context, isLast: true, Cancel);

        Assert.StartsWith("before\nupstream slipway-shop.web.3000 {\n    server 127.0.0.1:20002 ", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.DoesNotContain("20001", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.Contains("server 10.0.0.1:61007 weight=1 ", _second.Files[Stream], StringComparison.Ordinal);
        Assert.Contains(Line(NginxCommands.Reload), _second.Programs);
    }

    // An earlier version gave one server Docker's names only.
    [Fact]
    public async Task ContainersThatServeWithoutNames_AreKnown_BeforeThoseStartThatAskByName()
    {
        var context = Named(before: null) with { Wanted = _attempt.Context.Wanted };
        _attempt.GivenContainers(Old("c1", "web"));

        await StartContainers.RunAsync(context, Cancel);

        Assert.Contains("    server 127.0.0.1:20001 ", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.InRange(
            _attempt.Machine.Programs.IndexOf(Line(NginxCommands.Reload)), 0, _attempt.Machine.Programs.FindIndex(program => program.StartsWith("docker container run ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData(null, false, true)]
    public async Task FirstDeployment_NeedsNoReload_BeforeItsSwitch_ButForThoseThatOthersRequire(string? before, bool isLast, bool isTold)
    {
        var context = Named(before);
        _attempt.GivenContainers(New("c2", "web"));

        await ServiceNames.IntroduceAsync(context, isLast, Cancel);

        Assert.Equal(isTold, _attempt.Machine.Files.ContainsKey(Stream));
        Assert.Equal(isTold, _attempt.Machine.Programs.Contains(Line(NginxCommands.Reload)));
    }

    [Theory]
    [InlineData("before")]
    [InlineData(null)]
    public async Task FailedAttempt_LeavesNamesAsTheyWere(string? before)
    {
        var context = Named(before) with { Wanted = _attempt.Context.Wanted };
        _attempt.Machine.Files[Stream] = "new";
        _attempt.GivenContainers(Old("c1", "web"), New("c2", "web"));

        await Abandon.RunAsync(context, removeRelease: false, Cancel);

        if (before is null)
            Assert.Contains(Stream, _attempt.Machine.Removed);
        else
            Assert.Equal(before, _attempt.Machine.Files[Stream]);
        Assert.Contains(Line(NginxCommands.Reload), _attempt.Machine.Programs);
    }

    [Fact]
    public async Task ServerThatLeaves_IsForgottenByTheOthers_AndNotAsked()
    {
        var context = _attempt.OnTwoServers;
        _attempt.Machine.Files[NameFiles.StreamPath] = NameFiles.Stream;
        _attempt.Machine.Files[Stream] = "before";
        _attempt.GivenContainers(Old("c1", "web") with { Release = "2" });

        foreach (var step in new TellOthers("uid-2").Steps.Where(step => step.When(context)))
            await step.RunAsync(context, Cancel);

        Assert.Contains("upstream slipway-shop.web.3000 {\n    server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;\n}", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.2", _attempt.Machine.Files[Stream], StringComparison.Ordinal);
        Assert.Contains(Line(NginxCommands.Reload), _attempt.Machine.Programs);
        Assert.Empty(_second.Programs);
    }

    private DeployContext Named(string? before)
    {
        var context = _attempt.OnTwoServers;
        var names = new ServerNames { Subnet = "172.18.0.0/16", Gateway = "172.18.0.1", Entries = new Dictionary<string, int> { ["web/3000"] = 61007 }, Before = before };
        context.State.Names = new() { ["uid-1"] = names, ["uid-2"] = names };
        return context;
    }
}
