using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Soak;

/// <summary>Two nodes, a database and some stacks, and what may happen to them.</summary>
internal sealed class SoakFleet(Testbed testbed, Action<string> tell) : IAsyncDisposable
{
    public const int StackCount = 3;
    public const int NodeCount = 2;

    private const int Starts = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Nodes _nodes = new(testbed);
    private readonly List<SlipwayServer> _servers = [];
    private readonly List<App> _apps = [];
    private readonly List<Task> _healing = [];
    private readonly Dictionary<string, int> _counts = [];
    private int _version;

    public IReadOnlyList<App> Apps => _apps;

    public IReadOnlyDictionary<string, int> Counts => _counts;

    public async Task StartAsync()
    {
        await _nodes.InitializeAsync();
        _servers.Add(_nodes.Owner.Slipway);
        _servers.Add((await _nodes.AddAsync()).Node);
        _apps.Add(_nodes.App);
        // The last one has two servers.
        for (var number = 1; number < StackCount; number++)
            _apps.Add(await _nodes.Owner.DeployAsync($"Soak {number}", await _nodes.Owner.StartServersAsync(number)));
    }

    public Task<string> ReadAsync(string sql) => _nodes.ReadAsync(sql);

    public async Task DoAsync(SoakMove move)
    {
        AssertNodesLive();
        var app = _apps[move.Stack];
        await (move.Kind switch
        {
            SoakKind.Deploy => DeployAsync(app),
            SoakKind.RollBack => AskAsync(move, app, RollBackAsync),
            SoakKind.Restart => AskAsync(move, app, client => client.Actions.RestartAsync(app.Uid, App.Token)),
            SoakKind.Cancel => AskAsync(move, app, client => CancelAsync(client, app)),
            SoakKind.KillNode => KillAsync(move.Node),
            SoakKind.PauseNode => PauseAsync(move),
            SoakKind.CutDatabase => CutAsync(move),
            SoakKind.CutServers => CutServersAsync(app),
            SoakKind.RestartDatabase => _nodes.RestartDatabaseAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(move)),
        });
        Count($"{move.Kind}");

        Task DeployAsync(App on) => AskAsync(move, on, async client =>
        {
            await CommitAsync(on);
            await client.Deployments.RedeployAsync(on.Uid, gitRef: null, App.Token);
        });

        async Task RollBackAsync(SlipwayClient client)
        {
            var deployments = (await client.Deployments.ListAsync(app.Uid, cancellationToken: App.Token)).Response;
            if (deployments.Where(each => each.Outcome.Code == 1).ElementAtOrDefault(1) is { } earlier)
                await client.Deployments.RollbackAsync(app.Uid, earlier.Id, App.Token);
        }
    }

    // Only a kill ends a node, and that one starts it again.
    private void AssertNodesLive()
    {
        foreach (var server in _servers.Where(server => server.HasEnded))
            Assert.Fail($"A node has ended by itself:\n{string.Join('\n', File.ReadLines(server.Log.FullName).TakeLast(40))}");
    }

    /// <summary>Ends what was done to nodes and lines; from then on nothing is wrong any more.</summary>
    public async Task HealAsync()
    {
        await Task.WhenAll(_healing);
        AssertNodesLive();
        foreach (var (server, line) in _servers.Zip(_nodes.Lines))
        {
            line.Mend();
            await server.SignalAsync("CONT", App.Token);
        }
    }

    /// <summary>Asks for a last deployment of each stack and waits until nothing is left to be done.</summary>
    public async Task RestAsync()
    {
        foreach (var app in _apps)
        {
            await CommitAsync(app);
            DeployedApp.AssertSucceeded(await app.DeployAsync());
        }
        foreach (var app in _apps)
        {
            await app.RestAsync();
            foreach (var server in app.Servers)
                await app.AwaitOneRunAsync(server);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_healing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var server in _servers.Skip(1))
            await server.DisposeAsync();
        await _nodes.DisposeAsync();
    }

    private async Task CommitAsync(App app)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"version {++_version}");
        const string hook = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo \"hook says $i\"; sleep 0.05; done";
        await app.Code.CommitAsync(
            new Dictionary<string, string?>
            {
                ["VERSION"] = version + "\n",
                ["Gemfile"] = $"# {version}\ngem \"puma\"\ngem \"rack\"\n",
                [".cloud66/deploy_hooks.yml"] = $"production:\n  after_bundle:\n    - command: {hook}\n",
            },
            App.Token);
    }

    private static async Task CancelAsync(SlipwayClient client, App app)
    {
        var deployments = (await client.Deployments.ListAsync(app.Uid, cancellationToken: App.Token)).Response;
        foreach (var deployment in deployments.Where(each => each.FinishedAt is null).Take(1))
            await client.Deployments.CancelAsync(app.Uid, deployment.Id, App.Token);
    }

    // People ask a node that happens to be in trouble, too; then they are told so, and nothing else may come of it.
    private async Task AskAsync(SoakMove move, App app, Func<SlipwayClient, Task> ask)
    {
        var client = _servers[move.Node].ClientFor(_nodes.Token);
        try
        {
            await ask(client).WaitAsync(Patience, App.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or SlipwayApiException)
        {
            Count($"{move.Kind} refused");
            tell($"{move.Kind} of {app.Slug}: {exception.Message}");
        }
    }

    private async Task KillAsync(int node)
    {
        await _servers[node].KillAsync();
        // Its database may be away just then, and it ends at once. Whoever runs it starts it again, as the unit of the guide does.
        for (var start = 1; ; start++)
        {
            try
            {
                await _servers[node].StartAsync(App.Token);
                return;
            }
            catch (InvalidOperationException exception) when (start < Starts && exception.Message.Contains("cannot be reached", StringComparison.Ordinal))
            {
                Count("start without a database");
            }
        }
    }

    private async Task PauseAsync(SoakMove move)
    {
        await _servers[move.Node].SignalAsync("STOP", App.Token);
        _healing.Add(ContinueAsync());

        async Task ContinueAsync()
        {
            await Task.Delay(move.Length, App.Token);
            await _servers[move.Node].SignalAsync("CONT", App.Token);
        }
    }

    private Task CutAsync(SoakMove move)
    {
        var line = _nodes.Lines[move.Node];
        line.Cut();
        _healing.Add(MendAsync());
        return Task.CompletedTask;

        async Task MendAsync()
        {
            await Task.Delay(move.Length, App.Token);
            line.Mend();
        }
    }

    // Every connection that nodes have to the stack's servers ends without a word.
    private static Task CutServersAsync(App app) => Task.WhenAll(app.Servers.Select(server =>
        server.ExecuteAsync(["sh", "-c", "for process in $(pgrep -f '^sshd: '); do kill -KILL $process; done"], App.Token)));

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
}
