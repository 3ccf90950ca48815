using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work;

/// <summary>Three nodes behind the recommended nginx, restarted one after another while people read, write, deploy and watch.</summary>
[Collection(nameof(Nodes))]
public sealed class RollingRestartTests(Nodes nodes, ITestOutputHelper output)
{
    [Fact]
    public async Task RollingRestart_FailsNoRequest_AndLosesNoLine()
    {
        var (second, _) = await nodes.AddAsync();
        await using var secondNode = second;
        var (third, _) = await nodes.AddAsync();
        await using var thirdNode = third;
        SlipwayServer[] all = [nodes.Owner.Slipway, second, third];
        await using var proxy = await NginxProxy.StartAsync(all.Select(node => node.BaseUrl), App.Token);
        using var http = new HttpClient { BaseAddress = proxy.Url, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new("Bearer", nodes.Token);
        var client = new SlipwayClient(http);
        var reply = await QueueTalkingAsync();
        await using var load = LoadGenerator.Start(new(proxy.Url, "api/3/stacks.json"), perSecond: 20, token: nodes.Token);
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(client, enough.Token);
        var watching = WatchAsync(client, reply);

        foreach (var node in all)
        {
            Assert.Equal(0, await node.StopAsync(App.Token));
            await node.StartAsync(App.Token);
        }
        await App.Server.ExecuteAsync(["touch", "/tmp/enough"], App.Token);
        var (lines, connections) = await watching;
        await enough.CancelAsync();
        var written = await writing;
        var report = await load.StopAsync();

        output.WriteLine($"{report}; {written} written; {lines.Count} lines over {connections} connections");
        Assert.Empty(report.Samples.Where(sample => sample.Status != 200).Select(sample => sample.Error ?? $"status {sample.Status}"));
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(number => $"said {number}"), lines);
        DeployedApp.AssertSucceeded(await App.EndAsync(reply));
        Assert.Equal($"{written}", await nodes.ReadAsync("SELECT count(*) FROM \"AccessTokens\" WHERE \"Name\" LIKE 'written %'"));
        Assert.Contains(reply.AsyncActionId, await ReadIdsAsync(all));
        Assert.True(connections > 1, "The log was never cut off.");
    }

    private App App => nodes.App;

    // Speaks until it is told to stop, whoever listens.
    private async Task<Contracts.Deployments.RedeployReply> QueueTalkingAsync()
    {
        const string command = "i=0; until [ -e /tmp/enough ]; do i=$((i+1)); echo \"said $i\"; sleep 0.1; done";
        await App.Server.ExecuteAsync(["rm", "-f", "/tmp/enough"], App.Token);
        await App.Code.CommitAsync(
            new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = $"production:\n  after_bundle:\n    - command: |\n        {command}\n" }, App.Token);
        var reply = await App.QueueAsync();
        await App.SeeAsync(reply.AsyncActionId, "said 1");
        return reply;
    }

    private static async Task<int> WriteAsync(SlipwayClient client, CancellationToken enough)
    {
        var written = 0;
        while (!enough.IsCancellationRequested)
            await client.Tokens.CreateAsync($"written {written++}", "public", App.Token);
        return written;
    }

    // The nodes' own logs are in JSON, with the ids of what a line is about.
    private static async Task<HashSet<int>> ReadIdsAsync(IEnumerable<SlipwayServer> all)
    {
        HashSet<int> ids = [];
        foreach (var node in all)
        {
            await foreach (var line in File.ReadLinesAsync(node.Log.FullName, App.Token))
            {
                if (line.StartsWith('{') && JsonNode.Parse(line)?["Scopes"] is JsonArray scopes)
                    ids.UnionWith(scopes.OfType<JsonObject>().Select(scope => scope["ActionId"]).OfType<JsonNode>().Select(id => (int)id));
            }
        }
        return ids;
    }

    // As a browser does: when the stream ends before the action does, it asks again from where it was.
    private async Task<(List<string> Lines, int Connections)> WatchAsync(SlipwayClient client, Contracts.Deployments.RedeployReply reply)
    {
        List<string> lines = [];
        long since = 0;
        for (var connections = 1; ; connections++)
        {
            await foreach (var item in client.Actions.FollowAsync(App.Uid, reply.AsyncActionId, since, App.Token))
            {
                if (item.EventType == ActionsClient.FinishedEvent)
                    return (lines, connections);
                if (item.EventType != ActionsClient.LineEvent)
                    continue;
                var line = JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.ActionLogLine)!;
                since = line.Id;
                if (line.Text.StartsWith("said ", StringComparison.Ordinal))
                    lines.Add(line.Text);
            }
        }
    }
}
