using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>A stack on real servers: what its owner does, and what visitors and the servers themselves see.</summary>
public sealed class App(SlipwayClient client, Stack stack, GitRepository code, IReadOnlyList<FreshServer> servers)
{
    // All of these are for slow and noisy machines: a good one needs a fraction.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMinutes(3);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(1) };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Uid => stack.Uid;

    /// <summary>The owner's programs.</summary>
    public SlipwayClient Client => client;

    public GitRepository Code => code;

    public FreshServer Server => servers[0];

    public IReadOnlyList<FreshServer> Servers => servers;

    /// <summary>What everything of the stack on its servers is named by.</summary>
    public string Slug => stack.DeployDirectory.Split('/')[^1];

    public string Base => $"{stack.DeployDirectory}/web_head";

    public Task<Stack> ReadAsync() => client.Stacks.GetAsync(Uid, Token);

    public Task<RedeployReply> QueueAsync(string? gitRef = null) => client.Deployments.RedeployAsync(Uid, gitRef, Token);

    public async Task<Deployment> DeployAsync(string? gitRef = null) => await EndAsync(await QueueAsync(gitRef));

    public async Task<Deployment> RollBackAsync(int deploymentId) => await EndAsync(await client.Deployments.RollbackAsync(Uid, deploymentId, Token));

    public async Task<Deployment> EndAsync(RedeployReply reply)
    {
        await EndAsync(reply.AsyncActionId);
        return await client.Deployments.GetAsync(Uid, reply.DeploymentId, Token);
    }

    /// <summary>Waits until an action is finished.</summary>
    public async Task<StackAction> EndAsync(int actionId)
    {
        await FollowAsync(actionId, _ => false);
        return await client.Actions.GetAsync(Uid, actionId, Token);
    }

    /// <summary>Waits until an action that was just asked for has ended well.</summary>
    public async Task DoneAsync(Task<StackAction> asked)
    {
        var ended = await EndAsync((await asked).Id);
        Assert.True(ended.FinishedSuccess, $"{ended.Action}: {ended.FinishedMessage}");
    }

    /// <summary>Waits until all that was asked of the stack, and what that brought about, has ended.</summary>
    public async Task RestAsync()
    {
        while ((await client.Actions.ListAsync(Uid, cancellationToken: Token)).Response.FirstOrDefault(action => action.FinishedAt is null) is { } action)
            await EndAsync(action.Id);
    }

    /// <summary>Waits for a line of an action's log, as a reader of the live log sees it.</summary>
    public async Task<ActionLogLine> SeeAsync(int actionId, string text)
    {
        ActionLogLine? seen = null;
        await FollowAsync(actionId, line => (seen = line.Text.Contains(text, StringComparison.Ordinal) ? line : null) is not null);
        return seen ?? throw new InvalidOperationException($"The action ended without a line '{text}':\n{string.Join('\n', await LinesAsync(actionId))}");
    }

    public async Task<IReadOnlyList<ActionLogLine>> LogAsync(int actionId) =>
        (await client.Actions.ListLogAsync(Uid, actionId, cancellationToken: Token)).Response;

    public async Task<IReadOnlyList<string>> LinesAsync(int actionId) => [.. (await LogAsync(actionId)).Select(line => line.Text)];

    public async Task<IReadOnlyList<ActionStep>> StepsAsync(int actionId) =>
        (await client.Actions.ListStepsAsync(Uid, actionId, Token)).Response;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Deployment>> DeploymentsAsync() => (await client.Deployments.ListAsync(Uid, cancellationToken: Token)).Response;

    public async Task<Deployment> LastDeploymentAsync() => (await DeploymentsAsync())[0];

    /// <summary>Adds, changes or, without value, deletes a variable; waits until the processes have it.</summary>
    public async Task SetAsync(string key, string? value)
    {
        var known = (await client.Environments.ListAsync(Uid, cancellationToken: Token)).Response.Any(variable => variable.Key == key);
        var action = (known, value) switch
        {
            (_, null) => await client.Environments.DeleteAsync(Uid, key, Token),
            (true, _) => await client.Environments.ChangeAsync(Uid, key, value, Token),
            _ => await client.Environments.AddAsync(Uid, key, value, Token),
        };
        var ended = await EndAsync(action.Id);
        if (ended.FinishedSuccess != true)
            throw new InvalidOperationException($"{ended.Action} failed: {ended.FinishedMessage}");
    }

    /// <summary>Which commit a visitor of the server sees.</summary>
    public async Task<string> RevisionAsync(FreshServer? server = null) =>
        JsonDocument.Parse(await GetAsync("/info.json", server)).RootElement.GetProperty("revision").GetString()!;

    /// <summary>Waits until earlier runs are drained and gone: then the one that serves is left, and no unit of any other.</summary>
    public Task AwaitOneRunAsync(FreshServer? server = null) => WaitAsync(async () =>
    {
        var on = server ?? Server;
        var live = (await on.ExecuteAsync(["cat", $"/etc/slipway/stacks/{Slug}/live"], Token)).Trim();
        var units = await on.ExecuteAsync(
            ["systemctl", "list-units", "--state=active,activating,deactivating,failed", "--plain", "--no-legend", $"slipway-{Slug}-*"], Token);
        return live == await on.ExecuteAsync(["ls", "-1", $"/etc/slipway/stacks/{Slug}/runs"], Token)
            && units.Split('\n').All(unit => unit.Contains(live, StringComparison.Ordinal));
    });

    public Task<string> GetAsync(string path, FreshServer? server = null) => Http.GetStringAsync((server ?? Server).Url(path), Token);

    /// <summary>The same of a server that may not answer yet, or no longer; null when it does not, or not well.</summary>
    public async Task<string?> TryGetAsync(string path, FreshServer? server = null)
    {
        try
        {
            return await GetAsync(path, server);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !Token.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Does something while visitors come, and waits until they see the commit, if there is one to see.</summary>
    public async Task<LoadReport> UnderLoadAsync(Func<Task<string?>> work, int perSecond = 50)
    {
        await using var load = LoadGenerator.Start(Server.Url(), perSecond);
        await WaitAsync(() => Task.FromResult(load.Report().Samples.Count > 10));
        if (await work() is { } revision)
            await WaitAsync(() => Task.FromResult(load.Report().LiveAt(revision) is not null));
        return await load.StopAsync();
    }

    /// <summary>Asks until it is so.</summary>
    public static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(ShortPatience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
            await timer.WaitForNextTickAsync(late.Token);
    }

    private async Task FollowAsync(int actionId, Func<ActionLogLine, bool> isEnough)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
        late.CancelAfter(Patience);
        await foreach (var item in client.Actions.FollowAsync(Uid, actionId, since: 0, late.Token))
        {
            if (item.EventType == ActionsClient.FinishedEvent)
                return;
            if (item.EventType == ActionsClient.LineEvent && isEnough(JsonSerializer.Deserialize(item.Data, SlipwayJson.Default.ActionLogLine)!))
                return;
        }
    }
}
