using System.Globalization;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Tests.Provisioning;

namespace Slipway.Tests.Docker;

public sealed class ContainerPlanTests
{
    private static readonly DockerDefinition Definition = new()
    {
        Source = "services.yml",
        Services =
        [
            new() { Name = "web", Ports = [new(3000, 80), new(4000, 8080)] },
            new() { Name = "store", RestartOnDeploy = false },
        ],
    };

    [Fact]
    public void Deployment_ReplacesAll_ButWhatDeploymentsLeaveAlone()
    {
        var plan = Plan([Old("a", "web"), Old("b", "store"), Old("c", "gone")], ContainerChange.Deployment, web: 2, store: 1);

        Assert.Equal(["web 1", "web 2"], Missing(plan));
        Assert.Equal(["b"], Ids(plan.Staying));
        Assert.Equal(["a", "c"], Ids(plan.Leaving));
    }

    [Fact]
    public void Plan_IsTheSame_WhileItsOwnContainersCome()
    {
        var old = Old("a", "web");
        var half = Plan([old, New("n1", "web", 1)], ContainerChange.Deployment, web: 2);
        Assert.Equal(["web 2"], Missing(half));
        Assert.Equal(["a"], Ids(half.Leaving));
        var whole = Plan([old, New("n1", "web", 1), New("n2", "web", 2)], ContainerChange.Deployment, web: 2);
        Assert.Empty(whole.Missing);
        Assert.Equal(["n1", "n2"], Ids([.. whole.Serving]));
    }

    [Theory]
    [InlineData(1, 5, 4, 0)]
    [InlineData(5, 2, 0, 3)]
    [InlineData(2, 2, 0, 0)]
    [InlineData(2, 0, 0, 2)]
    public void Scale_StartsAndEnds_OnlyTheDifference(int present, int wanted, int missing, int leaving)
    {
        var plan = Plan([.. Enumerable.Range(0, present).Select(i => Old($"o{i}", "web"))], ContainerChange.None, wanted);

        Assert.Equal((missing, leaving), (plan.Missing.Count, plan.Leaving.Count));
        Assert.Equal(wanted, plan.Missing.Count + plan.Serving.Count());
    }

    [Fact]
    public void ContainerThatMakesRoom_IsReplaced_OrNot_ByTheNumberWanted()
    {
        ContainerState[] present = [Old("a", "web"), Old("b", "web")];
        var restart = Plan(present, ContainerChange.Of(["a"]), web: 2);
        Assert.Equal(["web 1"], Missing(restart));
        Assert.Equal(["b"], Ids(restart.Staying));
        Assert.Equal(["a"], Ids(restart.Leaving));
        var stop = Plan(present, ContainerChange.Of(["a"]), web: 1);
        Assert.Empty(stop.Missing);
        Assert.Equal(["b"], Ids(stop.Staying));
        Assert.Equal(["a"], Ids(stop.Leaving));
        Assert.Equal(2, Plan(present, ContainerChange.Everything, web: 2).Leaving.Count);
    }

    [Fact]
    public void WhatServes_IsOfTheNewestRelease_WhereAnEarlierEndWasCutOff()
    {
        var start = new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
        ContainerState[] present =
        [
            Old("left", "web") with { Release = "1", CreatedAt = start },
            Old("a", "web") with { Release = "2", CreatedAt = start.AddMinutes(1) },
            Old("scaled", "web") with { Release = "2", Run = "later", CreatedAt = start.AddMinutes(2), Status = "exited" },
            Old("stays", "store") with { Release = "1", CreatedAt = start, OutlivesDeployments = true },
            Old("added", "store") with { Release = "2", CreatedAt = start.AddMinutes(1), OutlivesDeployments = true },
            Old("drains", "web") with { Release = "2", CreatedAt = start.AddMinutes(3), IsPinned = false },
            Old("new", "web") with { Release = "3", Run = "new", CreatedAt = start.AddMinutes(4) },
        ];

        Assert.Equal(["a", "scaled", "stays", "added"], Ids(ContainerState.Serving(present, "new")));
        Assert.Equal(["new", "stays", "added"], Ids(ContainerState.Serving(present, exceptRun: null)));
    }

    [Fact]
    public void WhatIsLetGo_OrDown_ServesNoMore()
    {
        var plan = Plan(
            [Old("drains", "web") with { IsPinned = false }, Old("down", "web") with { Status = "exited" }, Old("crashes", "web") with { Status = "restarting" }],
            ContainerChange.None, web: 2);

        Assert.Equal(["crashes"], Ids(plan.Staying));
        Assert.Equal(["drains", "down"], Ids(plan.Leaving));
        Assert.Equal(["web 1"], Missing(plan));
    }

    [Fact]
    public void WhereAnEarlierEndFailed_TheNewestStays_OfTheReleaseThatServes()
    {
        var early = DateTimeOffset.UnixEpoch;
        ContainerState[] present =
        [
            Old("v1", "web") with { Release = "1", CreatedAt = early }, Old("v2", "web") with { CreatedAt = early.AddHours(1) },
            Old("s1", "store") with { Release = "1", CreatedAt = early }, Old("s0", "store") with { Release = "0", CreatedAt = early.AddHours(-1) },
        ];
        var plan = Plan(present, ContainerChange.None, web: 1, store: 1);
        Assert.Empty(plan.Missing);
        Assert.Equal(["v2", "s1"], Ids(plan.Staying));
        Assert.Equal(["v1", "s0"], Ids(plan.Leaving));
        var more = Plan(present, ContainerChange.None, web: 2, store: 2);
        Assert.Equal(["web 1"], Missing(more));
        Assert.Equal(["v2", "s1", "s0"], Ids(more.Staying));
        Assert.Equal(["web 1"], Missing(Plan(present, ContainerChange.Of(["v2"]), web: 1)));
    }

    [Fact]
    public void Sites_AreOfTheDefinition_WithTheServingContainers()
    {
        ContainerState[] serving = [Old("a", "web") with { Ports = Ports(20001, 20002) }, Old("b", "web") with { Ports = Ports(20003, 20004) }, Old("c", "store")];
        var sites = SwitchContainers.SitesOf(Definition, serving);
        Assert.Equal([(80, "20001 20003"), (8080, "20002 20004")], sites.Select(site => (site.Port, string.Join(' ', site.Targets))));
        Assert.All(SwitchContainers.SitesOf(Definition, []), site => Assert.Empty(site.Targets));
        var own = SwitchContainers.SitesOf([.. serving.Select(container => container with { Offered = "3000:8081 4000" })]);
        Assert.Equal([("web", 8081, "20001 20003")], own.Select(site => (site.Service, site.Port, string.Join(' ', site.Targets))));
    }

    [Fact]
    public void NginxFiles_AreExactlyThis()
    {
        var server = Specs.Server(1, "docker");
        var stack = Specs.Stack([server]) with { Framework = "docker", HostNames = ["shop.example.com"] };
        ContainerSite[] sites = [new("web", 80, [20001, 20003]), new("api", 8080, [])];
        Assert.Equal(
            """
            # Written by Slipway at each switch.
            upstream slipway-shop.web.80 {
                server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;
                server 127.0.0.1:20003 max_fails=3 fail_timeout=1s;
            }

            """,
            ContainerSites.Upstreams(stack.Paths, sites));
        Assert.Equal(
            """
            # Written by Slipway; changes are overwritten.
            server {
                listen 80;
                server_name shop.example.com;
                error_log /var/deploy/shop/web_head/shared/log/nginx_error.log;
                include /etc/nginx/snippets/slipway.conf;

                location / {
                    proxy_pass http://slipway-shop.web.80;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Real-IP $remote_addr;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Request-Id $request_id;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $slipway_connection;
                    proxy_redirect off;
                    proxy_read_timeout 300s;
                }
            }
            # Written by Slipway; changes are overwritten.
            server {
                listen 8080;
                server_name shop.example.com;
                error_log /var/deploy/shop/web_head/shared/log/nginx_error.log;
                include /etc/nginx/snippets/slipway.conf;

                location / {
                    return 503;
                }
            }

            """,
            ContainerSites.Sites(stack, server, sites));
        Assert.Contains("    listen 80 default_server;\n    server_name _;\n", ContainerSites.DefaultSite(stack, server, sites), StringComparison.Ordinal);
        Assert.Null(ContainerSites.DefaultSite(stack, server, [sites[1]]));
        Assert.Contains("maintenance.html", ContainerSites.Sites(stack with { IsInMaintenance = true }, server, sites), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_IsRead()
    {
        var state = Assert.Single(ContainerState.Read("""
            [{"Id":"abc","Name":"/slipway-shop-web-r-1","Created":"2026-11-27T06:42:51.267660159Z",
              "State":{"Status":"running","ExitCode":0,"StartedAt":"2026-11-27T06:42:52Z","Health":{"Status":"starting","Log":[]}},
              "Config":{"Image":"slipway/shop/web:1","Cmd":["rackup","-p","3000"],"StopTimeout":30,"Labels":{"slipway.stop":"1m:USR2","slipway.service":"web","slipway.run":"r","slipway.release":"1","slipway.ports":"3000:80","slipway.stays":"true","slipway.image":"quay.io/team/web:1"}},
              "HostConfig":{"RestartPolicy":{"Name":"unless-stopped","MaximumRetryCount":0},"PortBindings":{"3000/tcp":[{"HostIp":"127.0.0.1","HostPort":"20001"}]}},
              "NetworkSettings":{"Networks":{"slipway-shop":{"IPAddress":"172.18.0.2"}}}}]
            """));
        Assert.Equal(("abc", "slipway-shop-web-r-1", "web", "r", "1", "3000:80"), (state.Id, state.Name, state.Service, state.Run, state.Release, state.Offered));
        Assert.Equal(("running", true, "starting", true, "172.18.0.2", "rackup -p 3000"), (state.Status, state.IsUp, state.Health, state.IsPinned, state.Address, state.Command));
        Assert.Equal(new Dictionary<int, int> { [3000] = 20001 }, state.Ports);
        Assert.Equal(("quay.io/team/web:1", true), (state.Image, state.OutlivesDeployments));
        Assert.Equal(new DateTimeOffset(2026, 11, 27, 6, 42, 52, TimeSpan.Zero), state.StartedAt);
        Assert.Equal(30, state.StopGrace);
        Assert.Equal([new StopStep(60, null), new StopStep(0, "USR2")], state.PreStopSequence!);
        // Docker's word for an image without a check of its own.
        Assert.Null(Assert.Single(ContainerState.Read("""[{"Id":"a","State":{"Status":"running","ExitCode":0,"Health":{"Status":"none","FailingStreak":0,"Log":null}},"Config":{},"HostConfig":{"RestartPolicy":{}},"NetworkSettings":{"Networks":{"slipway-shop":{"IPAddress":""}}}}]""")).Health);
        Assert.Null(Assert.Single(ContainerState.Read("""[{"Id":"a","State":{"Status":"created","ExitCode":0},"Config":{"Labels":null},"HostConfig":{"RestartPolicy":{}},"NetworkSettings":{}}]""")).Health);
    }

    private static ContainerPlan Plan(IReadOnlyList<ContainerState> present, ContainerChange change, int web = 0, int store = 0) =>
        ContainerPlan.For(Definition, service => service == "web" ? web : store, present, "2", "new", Name, change);

    private static string Name(ServiceDefinition service, int number) => string.Create(CultureInfo.InvariantCulture, $"{service.Name}-{number}");

    private static ContainerState Old(string id, string service) => new() { Id = id, Service = service, Run = "old", Release = "2", Status = "running", IsPinned = true };

    private static ContainerState New(string id, string service, int number) =>
        new() { Id = id, Service = service, Run = "new", Status = "running", Name = string.Create(CultureInfo.InvariantCulture, $"{service}-{number}") };

    private static Dictionary<int, int> Ports(int first, int second) => new() { [3000] = first, [4000] = second };

    private static string[] Missing(ContainerPlan plan) => [.. plan.Missing.Select(next => string.Create(CultureInfo.InvariantCulture, $"{next.Service.Name} {next.Number}"))];

    private static string[] Ids(IReadOnlyList<ContainerState> containers) => [.. containers.Select(container => container.Id)];
}
