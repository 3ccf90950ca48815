using System.Diagnostics;
using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Rig;

namespace Slipway.Bench;

/// <summary>What benchmarks of deployments have in common.</summary>
internal static class Deploying
{
    private const double RequestsPerSecond = 50;

    public static async Task<Measured> TimeAsync(
        FreshServer server, string revision, bool load, Func<CancellationToken, Task> deploy, CancellationToken cancellationToken)
    {
        await using var visitors = load ? LoadGenerator.Start(server.Url(), RequestsPerSecond) : null;
        await Task.Delay(load ? TimeSpan.FromSeconds(2) : TimeSpan.Zero, cancellationToken);
        var watch = Stopwatch.StartNew();
        var live = WaitForAsync(server, revision, watch, cancellationToken);
        await deploy(cancellationToken);
        var wall = watch.Elapsed;
        var liveAt = await live;
        await Task.Delay(load ? TimeSpan.FromSeconds(2) : TimeSpan.Zero, cancellationToken);
        return new(wall, liveAt, visitors is null ? null : await visitors.StopAsync());
    }

    public static async Task<string> CreateAsync(
        SlipwayClient client, FreshServer server, string url, string name, bool deploy, CancellationToken cancellationToken)
    {
        var created = await client.Stacks.CreateAsync(
            new()
            {
                Name = name,
                Git = url,
                Servers = [new() { Address = server.Address, PrivateKey = await File.ReadAllTextAsync(server.PrivateKeyFile, cancellationToken) }],
                Deploy = deploy,
            },
            cancellationToken);
        await FollowAsync(client, created.Stack.Uid, created.Action.Id, cancellationToken);
        return created.Stack.Uid;
    }

    public static async Task RedeployAsync(SlipwayClient client, string uid, CancellationToken cancellationToken)
    {
        var reply = await client.Deployments.RedeployAsync(uid, gitRef: null, cancellationToken);
        await FollowAsync(client, uid, reply.AsyncActionId, cancellationToken);
    }

    public static async Task FollowAsync(SlipwayClient client, string uid, int actionId, CancellationToken cancellationToken)
    {
        await foreach (var item in client.Actions.FollowAsync(uid, actionId, since: 0, cancellationToken))
        {
            if (item.EventType == ActionsClient.FinishedEvent)
                break;
        }
        var action = await client.Actions.GetAsync(uid, actionId, cancellationToken);
        if (action.FinishedSuccess != true)
            throw new InvalidOperationException($"{action.Action} failed: {action.FinishedMessage}");
    }

    public static Series Tell(Series series)
    {
        Console.WriteLine(series.ToString());
        return series;
    }

    public static void Report(string what, Series raw, Series ours, double aim)
    {
        var ratio = ours.MedianWall / raw.MedianWall;
        var verdict = ratio <= aim ? "met" : "missed";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {ratio:0.00} times raw, the aim is {aim:0.0}: {verdict}"));
    }
    private static async Task<TimeSpan> WaitForAsync(FreshServer server, string revision, Stopwatch watch, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(server.Url("/healthz"), cancellationToken);
                if (answer.Headers.TryGetValues("X-Revision", out var seen) && seen.Contains(revision))
                    return watch.Elapsed;
            }
            catch (HttpRequestException)
            {
                // Nothing listens before the first deployment.
            }
            await Task.Delay(10, cancellationToken);
        }
    }
}
