using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Engine.Deployments;
using Slipway.Server.Deployments;
using Slipway.Tests.Support;

namespace Slipway.Tests.Processes;

public sealed class ProcessTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Process_OfTheLiveRelease_IsListed_AndScaledByServer()
    {
        var (owner, uid) = await GivenLiveStackAsync();
        var servers = (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response;
        var process = Assert.Single((await owner.Api.Processes.ListAsync(uid, Cancel)).Response);
        Assert.Equal(("worker", "ruby worker.rb", "fcf862d4bfbbc35d6a2e8efe6bb09bd8".Length), (process.Name, process.Command, process.Md5.Length));
        Assert.Equal([("Lion", 1), ("Tiger", 1)], process.Servers.Select(pair => (pair.Key, pair.Value)));

        var action = await owner.Api.Processes.ScaleAsync(uid, "worker", new Dictionary<string, int> { [servers[0].Uid] = 3 }, Cancel);
        Assert.Equal("Process_scale", action.Action);
        await owner.Api.Processes.ScaleAsync(uid, "worker", new Dictionary<string, int> { [servers[0].Uid] = 0, [servers[1].Uid] = 2 }, Cancel);
        Assert.Equal([("Lion", 0), ("Tiger", 2)], (await owner.Api.Processes.GetAsync(uid, "worker", Cancel)).Servers.Select(pair => (pair.Key, pair.Value)));
        // Lines of the database outlive a deployment; they are per server, so they go with it.
        Assert.Equal(2, await _app.InDatabaseAsync(db => db.ProcessCounts.CountAsync(Cancel)));
    }

    [Fact]
    public async Task ServerCount_MayBeAMap_AText_OrFormFields()
    {
        var (owner, uid) = await GivenLiveStackAsync();
        var server = (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response[0].Uid;
        var bodies = new Dictionary<string, string>
        {
            ["application/json"] = $$$"""{"process_name":"worker","server_count":{"{{{server}}}":2}}""",
            ["text/plain"] = $$"""{"process_name":"worker","server_count":"{\"{{server}}\":\"3\"}"}""",
            ["application/x-www-form-urlencoded"] = $"process_name=worker&server_count[{server}]=4",
        };
        foreach (var ((type, body), expected) in bodies.Zip([2, 3, 4]))
        {
            using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue(type));
            var (status, reply) = await owner.SendAsync(HttpMethod.Post, $"/api/3/stacks/{uid}/processes.json", content);
            Assert.True(status == HttpStatusCode.OK, reply.ToJsonString());
            Assert.Equal(expected, (await owner.Api.Processes.GetAsync(uid, "worker", Cancel)).Servers["Lion"]);
        }
    }

    [Theory]
    [InlineData("nobody", 1)]
    [InlineData("worker", -1)]
    [InlineData("worker", 101)]
    public async Task Scale_RefusesWhatIsNotThere_AndWhatIsTooMany(string name, int count)
    {
        var (owner, uid) = await GivenLiveStackAsync();
        var server = (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response[0].Uid;
        await AssertRefusedAsync(() => owner.Api.Processes.ScaleAsync(uid, name, new Dictionary<string, int> { [server] = count }, Cancel));
        await AssertRefusedAsync(() => owner.Api.Processes.ScaleAsync(uid, "worker", new Dictionary<string, int> { ["x"] = 1 }, Cancel));
        await AssertRefusedAsync(() => owner.Api.Processes.ScaleAsync(uid, "worker", new Dictionary<string, int>(), Cancel));
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.ProcessCounts.CountAsync(Cancel)));
    }

    private async Task<(Person Owner, string Uid)> GivenLiveStackAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        foreach (var (address, name) in new[] { ("192.0.2.1", "Lion"), ("192.0.2.2", "Tiger") })
        {
            _app.Machines.Add(address);
            await owner.Api.Servers.AddAsync(uid, new() { Address = address, Roles = ["web"], Name = name }, Cancel);
        }
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        var deployment = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        var state = new DeployState { Plan = new() { Processes = new Dictionary<string, string> { ["worker"] = "ruby worker.rb" } } };
        await _app.ChangeAsync(async db =>
        {
            await Given.DeploymentEndAsync(db, deployment.DeploymentId, DeploymentOutcome.Success, isLive: true);
            (await db.Actions.FirstAsync(action => action.Id == deployment.AsyncActionId, Cancel)).State = JsonSerializer.Serialize(state, DeployJson.Default.DeployState);
        });
        return (owner, uid);
    }

    private static async Task AssertRefusedAsync(Func<Task> act) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);
}
