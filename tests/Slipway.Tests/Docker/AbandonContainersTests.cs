using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Stacks;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class AbandonContainersTests
{
    private const string Site = "/etc/nginx/conf.d/slipway-shop.conf";
    private const string Upstream = "/etc/nginx/conf.d/slipway-shop-upstream.conf";

    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 80)] }]);

    private ServerSpec Server => _attempt.Context.Wanted.Servers[0];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("running")]
    [InlineData("exited")]
    public async Task OldContainerThatIsDown_KeepsItsUpstream_ForTheSitesThatNameIt(string status)
    {
        _attempt.GivenContainers(Old("c1", "web") with { Status = status }, Old("c2", "api", "3000:8080"), Old("drains", "web") with { IsPinned = false }, New("c3", "web"));
        _attempt.Context.State.FormerSites[Server.Uid] = null;

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Contains("upstream slipway-shop.web.80 {\n    server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;\n}", _attempt.Machine.Files[Upstream], StringComparison.Ordinal);
        Assert.Contains("upstream slipway-shop.api.8080 {", _attempt.Machine.Files[Upstream], StringComparison.Ordinal);
        Assert.Contains("proxy_pass http://slipway-shop.web.80;", _attempt.Machine.Files[NginxConfig.DefaultSitePath], StringComparison.Ordinal);
        Assert.DoesNotContain(NginxConfig.DefaultSitePath, _attempt.Machine.Removed);
        Assert.Contains(_attempt.Machine.Programs, program => program.EndsWith(" 10 c3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EngineThatRestarts_DoesNotLeaveTheAttemptServing()
    {
        _attempt.Context.State.FormerSites[Server.Uid] = null;
        _attempt.GivenContainers(Old("c1", "web"), New("c3", "web"));
        _attempt.Machine.Outages[Line(DockerQueries.Containers(_attempt.Context.Paths))] = 2;
        _attempt.Machine.Outages[Line(DockerQueries.Unpin(["c3"]))] = 2;

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Contains("server 127.0.0.1:20001 ", _attempt.Machine.Files[Upstream], StringComparison.Ordinal);
        Assert.Contains(Line(DockerCommands.StopAndRemove(["c3"], 10)), _attempt.Machine.Programs);
        Assert.Empty(_attempt.Said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ImagesOfTheAttempt_AreSetAside_UnlessItOnlyUsedThem(bool isItsOwn)
    {
        _attempt.Machine.Answers[Line(DockerQueries.Images(_attempt.Context.Paths))] = "slipway/shop/web:1\nslipway/shop/web:2\nslipway/shop/web:12";

        await Abandon.RunAsync(_attempt.Context, removeRelease: isItsOwn, Cancel);

        var moved = _attempt.Machine.Programs.Where(program => program.StartsWith("docker image tag", StringComparison.Ordinal) || program.StartsWith("docker image rm", StringComparison.Ordinal));
        Assert.Equal(isItsOwn ? ["docker image tag slipway/shop/web:2 slipway/shop/web:failed", "docker image rm -- slipway/shop/web:2"] : [], moved);
    }

    [Fact]
    public async Task HousekeepingThatFails_IsToldOf_WhenTheOldServeAgain()
    {
        var old = Old("c1", "agent") with { IsInHostNetwork = true, Status = "exited" };
        _attempt.GivenContainers(old, New("c3", "agent") with { IsInHostNetwork = true });
        _attempt.Machine.Answers[Line(DockerQueries.Images(_attempt.Context.Paths))] = "slipway/shop/web:2";
        _attempt.Machine.ExitCodes["docker image tag slipway/shop/web:2 slipway/shop/web:failed"] = 1;

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Contains(_attempt.Machine.Programs, program => program.EndsWith(" 10 c3", StringComparison.Ordinal));
        Assert.Contains(Line(DockerCommands.Start(["c1"])), _attempt.Machine.Programs);
        Assert.StartsWith("Something of the attempt stays on the server until the next deployment:", Assert.Single(_attempt.Said), StringComparison.Ordinal);
    }

    // The server may have been lost between the sign-in and its end.
    [Fact]
    public async Task PasswordOfTheRegistry_IsRemoved()
    {
        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);
        Assert.Contains("/etc/slipway/stacks/shop/docker/config.json", _attempt.Machine.Removed);
        _attempt.Machine.Removed.Clear();
        await WriteContainerFiles.RunAsync(_attempt.Context, Cancel);
        Assert.Contains("/etc/slipway/stacks/shop/docker/config.json", _attempt.Machine.Removed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServerWithoutContainers_KeepsItsSite(bool isSwitching)
    {
        GivenSite(_attempt.Context);
        var before = Sites();
        if (isSwitching)
            await PrepareSwitchAsync();

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Equal(before, Sites());
        Assert.DoesNotContain(_attempt.Machine.Removed, path => path.StartsWith("/etc/nginx/", StringComparison.Ordinal));
        Assert.Equal(isSwitching, _attempt.Machine.Programs.Contains(Line(NginxCommands.Reload)));
    }

    [Fact]
    public async Task ServiceWithoutContainers_KeepsItsSite_BesideOneThatHasSome()
    {
        _attempt.GivenContainers(Old("c1", "web"));
        GivenSite(_attempt.Context, new ContainerSite("web", 80, [20001]), new ContainerSite("api", 8080, []));
        var before = Sites();
        await PrepareSwitchAsync();
        Assert.NotEqual(before, Sites());

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Equal(before, Sites());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task IdleServiceOnPort80_KeepsItsDefaultSite(bool hasNames, bool isSwitching)
    {
        if (!hasNames)
            _attempt.Context.Wanted = _attempt.Context.Wanted with { HostNames = [] };
        _attempt.GivenContainers(Old("c1", "api", "3000:8080"));
        GivenSite(_attempt.Context, new ContainerSite("web", 80, []), new ContainerSite("api", 8080, [20001]));
        var before = Sites();
        if (isSwitching)
            await PrepareSwitchAsync();

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Equal(before, Sites());
        Assert.DoesNotContain(NginxConfig.DefaultSitePath, _attempt.Machine.Removed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PortOfHttps_OfAnEarlierVersionsLabel_IsNotOfferedWithoutACertificate(bool hasOne)
    {
        _attempt.GivenContainers(Old("c1", "web", "3000:80:443"));
        _attempt.Context.State.FormerSites[Server.Uid] = null;
        if (hasOne)
            _attempt.Machine.Files["/etc/slipway/stacks/shop/tls/live/certificate.pem"] = "";

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Equal(hasOne, _attempt.Machine.Files[Site].Contains("ssl", StringComparison.Ordinal));
        Assert.Contains("proxy_pass http://slipway-shop.web.80;", _attempt.Machine.Files[Site], StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstDeployment_LeavesNoSite()
    {
        await PrepareSwitchAsync();
        Assert.Contains(NginxConfig.DefaultSitePath, _attempt.Machine.Files.Keys);

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Superset(new HashSet<string> { Upstream, Site, NginxConfig.DefaultSitePath }, _attempt.Machine.Removed.ToHashSet());
    }

    [Theory]
    [InlineData("shop", "slipway-shop.web.80", true)]
    [InlineData("shop", "slipway-shop.api.8080", false)]
    [InlineData("other", "slipway-other", false)]
    public async Task DefaultSiteWithoutItsUpstream_Goes_WhenItIsTheStacksOwn(string stack, string upstream, bool isRemoved)
    {
        _attempt.Machine.Files[NginxConfig.DefaultSitePath] =
            $"server {{\n    error_log /var/deploy/{stack}/web_head/shared/log/nginx_error.log;\n    location / {{ proxy_pass http://{upstream}; }}\n}}";
        _attempt.GivenContainers(Old("c1", "api", "3000:8080"));
        _attempt.Context.State.FormerSites[Server.Uid] = null;

        await Abandon.RunAsync(_attempt.Context, removeRelease: true, Cancel);

        Assert.Equal(isRemoved, _attempt.Machine.Removed.Contains(NginxConfig.DefaultSitePath));
    }

    [Theory]
    [InlineData("proxy_pass http://a;", true)]
    [InlineData("proxy_pass http://a; proxy_pass http://b;", false)]
    [InlineData("proxy_pass http://a.1;", false)]
    [InlineData("return 503;", false)]
    public void Site_IsServed_WhenEachUpstreamIsThere(string site, bool expected) =>
        Assert.Equal(expected, NginxConfig.IsServedBy(site, "upstream a {\n}\nupstream a.12 {\n}\n"));

    // As far as a deployment comes before it tells nginx.
    private async Task PrepareSwitchAsync()
    {
        await FormerSites.RememberAsync(_attempt.Context, Server, _attempt.Context.Hosts(Server), Cancel);
        await SwitchContainers.WriteSitesAsync(_attempt.Context, Server, [new("web", 80, [20009])], [], Cancel);
        _attempt.Context.State.IsPrepared = true;
    }

    private void GivenSite(DeployContext context, params ContainerSite[] sites)
    {
        sites = sites.Length > 0 ? sites : [new("web", 80, [])];
        _attempt.Machine.Files[Upstream] = ContainerSites.Upstreams(context.Paths, sites);
        _attempt.Machine.Files[Site] = ContainerSites.Sites(context.Stack, context.Wanted.Servers[0], sites);
        _attempt.Machine.Files[NginxConfig.DefaultSitePath] = ContainerSites.DefaultSite(context.Stack, context.Wanted.Servers[0], sites)!;
    }

    private IEnumerable<string> Sites() => [.. new[] { Upstream, Site, NginxConfig.DefaultSitePath }.Select(path => _attempt.Machine.Files[path])];
}
