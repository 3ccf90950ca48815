using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Services;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Server.Services;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

public sealed class ServiceTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Services_AreListed_WithTheirContainers_AndFilteredByServer()
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, servers[0]));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, servers[1], uid: 'd'));

        var services = (await owner.Api.Services.ListAsync(uid, cancellationToken: Cancel)).Response;
        Assert.Equal([("web", 2), ("worker", 0)], services.Select(service => (service.Name, service.Containers.Count)));
        Assert.Equal(new Dictionary<string, int> { [servers[0]] = 1, [servers[1]] = 0 }, services[0].ServerCount);
        var container = services[0].Containers[0];
        Assert.Equal(("""["5128:3000"]""", "80:443", "Lion"), (container.PortList, container.WebPorts, container.ServerName));
        var onTiger = await owner.Api.Services.GetAsync(uid, "web", servers[1], Cancel);
        Assert.Equal(new string('d', 64), Assert.Single(onTiger.Containers).Uid);
        Assert.Equal([servers[1]], onTiger.ServerCount.Keys);
        Assert.Empty((await owner.Api.Services.GetAsync(uid, "worker", cancellationToken: Cancel)).Containers);
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Services.GetAsync(uid, "nobody", cancellationToken: Cancel));

        Assert.Equal(2, (await owner.Api.Containers.ListAsync(uid, cancellationToken: Cancel)).Count);
        Assert.Equal(new string('c', 64), Assert.Single((await owner.Api.Containers.ListAsync(uid, servers[0], cancellationToken: Cancel)).Response).Uid);
        Assert.Empty((await owner.Api.Containers.ListAsync(uid, serviceName: "worker", cancellationToken: Cancel)).Response);
    }

    [Theory]
    [InlineData("application/json", """{"service_name":"web","server_count":{"SERVER":3}}""", 3)]
    [InlineData("application/json", """{"service_name":"web","server_count":"{\"SERVER\":\"3\"}"}""", 3)]
    [InlineData("application/x-www-form-urlencoded", "service_name=web&server_count[SERVER]=3", 3)]
    [InlineData("application/json", """{"service_name":"web","server_count":{"SERVER":3,"unknown":7}}""", 3)]
    [InlineData("application/json", """{"service_name":"web","server_count":{"SERVER":-2}}""", 0)]
    [InlineData("application/json", """{"service_name":"web","server_group_count":{"GROUP":4}}""", 4)]
    public async Task Scale_TakesEveryEncoding(string type, string body, int expected)
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        var group = (await owner.Api.ServerGroups.ListAsync(uid, 1, Cancel)).Response[0].Id;
        var text = body.Replace("SERVER", servers[0], StringComparison.Ordinal).Replace("GROUP", $"{group}", StringComparison.Ordinal);
        using var content = new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue(type));

        var (status, reply) = await owner.SendAsync(HttpMethod.Post, $"/api/3/stacks/{uid}/services.json", content);

        Assert.True(status == HttpStatusCode.OK, reply.ToJsonString());
        Assert.Equal(expected, (await owner.Api.Services.GetAsync(uid, "web", cancellationToken: Cancel)).ServerCount[servers[0]]);
    }

    [Theory]
    [InlineData("""{"service_name":"nobody","server_count":{"SERVER":1}}""", "no service 'nobody'. It has: web, worker")]
    [InlineData("""{"service_name":"web"}""", "server_count must name servers")]
    [InlineData("""{"service_name":"web","server_count":{"SERVER":101}}""", "up to 100")]
    [InlineData("""{"server_count":{"SERVER":1}}""", "service_name is missing")]
    public async Task Scale_RefusesWhatCannotBe_AndChangesNothing(string body, string says)
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        using var content = new StringContent(body.Replace("SERVER", servers[0], StringComparison.Ordinal));

        var (status, reply) = await owner.SendAsync(HttpMethod.Post, $"/api/3/stacks/{uid}/services.json", content);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, (string?)reply["details"], StringComparison.Ordinal);
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.ProcessCounts.CountAsync(Cancel)));
    }

    [Fact]
    public async Task Stop_WantsNone_OnOneServerOrAll()
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        await owner.Api.Services.ScaleAsync(uid, "web", servers.ToDictionary(server => server, _ => 2), Cancel);
        Assert.Equal("service_stop", (await owner.Api.Services.StopAsync(uid, "web", servers[1], Cancel)).Action);
        Assert.Equal([2, 0], await CountsAsync(owner, uid));
        await owner.Api.Services.StopAsync(uid, "web", cancellationToken: Cancel);
        Assert.Equal([0, 0], await CountsAsync(owner, uid));
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Services.StopAsync(uid, "nobody", cancellationToken: Cancel));
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Services.StopAsync(uid, "web", "unknown", Cancel));
    }

    [Fact]
    public async Task StoppedContainer_IsOneLess_AndARestartedOneIsNot()
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        await owner.Api.Services.ScaleAsync(uid, "web", new Dictionary<string, int> { [servers[0]] = 2 }, Cancel);
        var container = await _app.InDatabaseAsync(db => Given.ContainerAsync(db, servers[0]));

        Assert.Equal("container_restart", (await owner.Api.Actions.RestartContainerAsync(uid, container, Cancel)).Action);
        Assert.Equal([2, 0], await CountsAsync(owner, uid));
        var restart = await owner.Api.Actions.RestartServiceAsync(uid, "web", cancellationToken: Cancel);
        Assert.Equal([container], await PayloadAsync(restart.Id));
        var stop = await owner.Api.Containers.StopAsync(uid, container[..12], Cancel);
        Assert.Equal([container], await PayloadAsync(stop.Id));
        Assert.Equal([1, 0], await CountsAsync(owner, uid));
        Assert.Equal(stop.Id, (await owner.Api.Containers.StopAsync(uid, container, Cancel)).Id);
        Assert.Equal([1, 0], await CountsAsync(owner, uid));

        foreach (var unknown in new[] { new string('e', 64), container[..11], "../x" })
            await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Containers.StopAsync(uid, unknown, Cancel));
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Actions.RestartServiceAsync(uid, "worker", cancellationToken: Cancel));
    }

    [Fact]
    public async Task Command_RunsBesideADeployment_OnTheServerThatIsNamed()
    {
        var (owner, uid, servers) = await GivenDockerStackAsync();
        RunCommand command = new() { Command = "sh -c 'echo  two  words' \"\"", ServerUid = servers[1] };
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Services.RunAsync(uid, "web", command, Cancel));
        var deployment = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, deployment.DeploymentId));

        var action = await owner.Api.Services.RunAsync(uid, "web", command, Cancel);

        Assert.Equal("service_command", action.Action);
        var (isBeside, payload) = await _app.InDatabaseAsync(async db =>
        {
            var row = await db.Actions.FirstAsync(row => row.Id == action.Id, Cancel);
            return (row.IsBeside, JsonSerializer.Deserialize<RunOneOff.Payload>(row.Payload)!);
        });
        Assert.True(isBeside);
        Assert.Equal(("web", servers[1]), (payload.Service, payload.ServerUid));
        Assert.Equal(["sh", "-c", "echo  two  words", ""], payload.Arguments);
        foreach (var bad in new[] { "", "echo 'open", new string('x', 10_001) })
            await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Services.RunAsync(uid, "web", new() { Command = bad }, Cancel));
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Services.RunAsync(uid, "nobody", command, Cancel));
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Services.RunAsync(uid, "web", command with { ServerUid = "unknown" }, Cancel));
        var controller = await _app.GivenMemberAsync(AccessLevel.Control);
        await AssertStatusAsync(HttpStatusCode.Forbidden, () => controller.Api.Services.RunAsync(uid, "web", command, Cancel));
    }

    [Fact]
    public async Task LeaveThatWasTakenAway_StopsEveryStart_AndNothingThatRuns()
    {
        var (owner, uid, _) = await GivenDockerStackAsync();
        await _app.ChangeAsync(async db =>
        {
            var stack = await db.Stacks.FirstAsync(stack => stack.Uid == uid, Cancel);
            var (hash, result) = StoredAnalysis.Of(stack.Analysis)!;
            ServiceDefinition web = new() { Name = "web", Image = "a", UsesHostNetwork = true, Ports = [new(9100)] };
            stack.Analysis = new StoredAnalysis(hash, result with { Docker = new() { Source = "services.yml", Services = [web] } }).ToJson();
            await Given.FinishActionsAsync(db);
        });
        await AssertStatusAsync(HttpStatusCode.BadRequest, async () => await owner.Api.Services.ScaleAsync(
            uid, "web", new Dictionary<string, int> { [(await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response[0].Uid] = 2 }, Cancel));
        var deployment = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, deployment.DeploymentId));
        var server = (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response[0].Uid;
        var release = await _app.InDatabaseAsync(db => db.Deployments.Where(row => row.Id == deployment.DeploymentId).Select(row => row.Release).FirstAsync(Cancel));
        StackPaths paths = new((await owner.Api.Stacks.GetAsync(uid, Cancel)).DeployDirectory.Split('/')[^1]);
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2" })
            _app.Machines.Of(address).Answers[string.Join(' ', DockerQueries.Images(paths))] = paths.Image("web", release);

        var scale = await owner.Api.Services.ScaleAsync(uid, "web", new Dictionary<string, int> { [server] = 1 }, Cancel);
        await _app.WorkAsync(uid);

        var ended = await owner.Api.Actions.GetAsync(uid, scale.Id, Cancel);
        Assert.False(ended.FinishedSuccess);
        Assert.Contains("No container of web is started: by its definition it has the server's network or processes", ended.FinishedMessage, StringComparison.Ordinal);
        foreach (var address in new[] { "192.0.2.1", "192.0.2.2" })
            Assert.DoesNotContain(_app.Machines.Of(address).Programs, program => program.StartsWith("docker container run", StringComparison.Ordinal) || program.Contains("stop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_OfServices_NeedsTheLevelControl()
    {
        var (_, uid, servers) = await GivenDockerStackAsync();
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, servers[0]));
        var deployer = await _app.GivenMemberAsync(AccessLevel.Deploy);
        await AssertStatusAsync(HttpStatusCode.Forbidden, () => deployer.Api.Actions.RestartServiceAsync(uid, "web", cancellationToken: Cancel));
    }

    [Fact]
    public async Task StackThatIsNoDockerStack_HasNone_AndRefusesChanges()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        Assert.Empty((await owner.Api.Services.ListAsync(uid, cancellationToken: Cancel)).Response);
        Assert.Empty((await owner.Api.Containers.ListAsync(uid, cancellationToken: Cancel)).Response);
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Services.ScaleAsync(uid, "web", new Dictionary<string, int> { ["x"] = 1 }, Cancel));
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Services.StopAsync(uid, "web", cancellationToken: Cancel));
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Containers.StopAsync(uid, new('c', 64), Cancel));
    }

    [Fact]
    public void Runtime_HasWhatDockerHasMovedWhereOldClientsLookForIt()
    {
        var runtime = ContainerRuntime.Complete(JsonNode.Parse("""
            {"Id":"a","Args":[],"Config":{"Env":["A=b"]},"HostConfig":{"CpuShares":5,"CpusetCpus":"0","Memory":7,"MemorySwap":8,"Runtime":"runc"},"State":{},
             "Mounts":[{"Source":"/var/lib/docker/volumes/x","Destination":"/data","RW":true}],
             "NetworkSettings":{"Gateway":"","IPAddress":"","IPPrefixLen":0,"Networks":{"n":{"Gateway":"172.18.0.1","IPAddress":"172.18.0.2","IPPrefixLen":16}}}}
            """)!.AsObject());
        Assert.Equal((5, "0", 7), ((int?)runtime["Config"]!["CpuShares"], (string?)runtime["Config"]!["Cpuset"], (int?)runtime["Config"]!["Memory"]));
        Assert.Equal("""{"/data":"/var/lib/docker/volumes/x"}""", runtime["Volumes"]!.ToJsonString());
        Assert.Equal("""{"/data":true}""", runtime["VolumesRW"]!.ToJsonString());
        var network = runtime["NetworkSettings"]!;
        Assert.Equal(("172.18.0.2", "172.18.0.1", 16), ((string?)network["IPAddress"], (string?)network["Gateway"], (int?)network["IPPrefixLen"]));
        Assert.Equal("[]", runtime["HostConfig"]!["LxcConf"]!.ToJsonString());
    }

    private async Task<(Person Owner, string Uid, IReadOnlyList<string> Servers)> GivenDockerStackAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, uid));
        List<string> servers = [];
        foreach (var (address, name) in new[] { ("192.0.2.1", "Lion"), ("192.0.2.2", "Tiger") })
        {
            _app.Machines.Add(address).Files[DockerConfig.Path] = "{}";
            var server = await owner.Api.Servers.AddAsync(uid, new() { Address = address, Name = name }, Cancel);
            Assert.Contains("docker", server.ServerRoles);
            servers.Add(server.Uid);
        }
        return (owner, uid, servers);
    }

    private async Task<IReadOnlyList<string>> PayloadAsync(int actionId) => JsonSerializer.Deserialize<ServiceChanges.Payload>(
        await _app.InDatabaseAsync(db => db.Actions.Where(action => action.Id == actionId).Select(action => action.Payload).FirstAsync(Cancel)))!.ContainerUids;

    private static async Task<IReadOnlyList<int>> CountsAsync(Person owner, string uid) =>
        [.. (await owner.Api.Services.GetAsync(uid, "web", cancellationToken: Cancel)).ServerCount.Values];

    private static async Task AssertStatusAsync(HttpStatusCode expected, Func<Task> act) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);
}
