using Slipway.Contracts;
using Slipway.Contracts.Deployments;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work;

/// <summary>Slipway on several nodes, with one PostgreSQL and an application on a real server. Each node has a line of its own to the database.</summary>
public sealed class Nodes(Testbed testbed) : IAsyncLifetime
{
    private const string Database = "slipway";
    private const string Members = "SELECT instance_name FROM qrtz_scheduler_state";
    private const string Gate = "/tmp/go-on";

    private readonly List<DirectoryInfo> _data = [];
    private readonly List<TcpRelay> _lines = [];
    private TemporaryPostgres? _postgres;
    private Owner? _owner;

    public Owner Owner => _owner ?? throw new InvalidOperationException("There is no owner.");

    public App App { get; private set; } = null!;

    /// <summary>The owner's token.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The first node's line to the database.</summary>
    public TcpRelay Line => _lines[0];

    /// <summary>All nodes' lines to the database.</summary>
    public IReadOnlyList<TcpRelay> Lines => _lines;

    public async ValueTask InitializeAsync()
    {
        _postgres = await TemporaryPostgres.StartAsync(App.Token);
        await _postgres.CreateDatabaseAsync(Database, App.Token);
        _lines.Add(TcpRelay.Start(_postgres.Port));
        _owner = await Owner.StartAsync(testbed, Settings(Line, null));
        Token = (await Owner.Client.Tokens.CreateAsync("nodes", "public redeploy users admin", App.Token)).Token;
        App = await Owner.DeployAsync("Nodes", [await Owner.StartServerAsync()]);
    }

    /// <summary>Starts a further node and gives the application as seen from there.</summary>
    public async Task<(SlipwayServer Node, App App)> AddAsync()
    {
        var data = Directory.CreateTempSubdirectory("slipway-node-");
        _data.Add(data);
        var line = TcpRelay.Start(_postgres!.Port);
        _lines.Add(line);
        var known = await ReadAsync(Members);
        var node = await SlipwayServer.StartAsync(data, 0, Settings(line, Owner.MasterKeyFile), App.Token);
        await App.WaitAsync(async () => (await ReadAsync(Members)).Split('\n').Except(known.Split('\n')).Any());
        var client = node.ClientFor(Token);
        return (node, new(client, await App.ReadAsync(), App.Code, App.Servers));
    }

    public Task RestartDatabaseAsync() => _postgres!.RestartAsync(App.Token);

    /// <summary>How often the stack's work was taken over.</summary>
    public async Task<long> ReadEpochAsync() =>
        long.Parse(await ReadAsync("SELECT \"Epoch\" FROM \"Stacks\""), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Waits until another node than before has the stack's work.</summary>
    public Task AwaitTakeOverAsync(long epoch) => App.WaitAsync(async () => await ReadEpochAsync() > epoch);

    /// <summary>Waits until the nodes agree that only so many are left.</summary>
    public Task AwaitNoticeAsync(int left) => App.WaitAsync(async () => (await ReadAsync(Members)).Split('\n').Length == left);

    /// <summary>Queues a deployment and waits until its hook waits at the gate.</summary>
    public static async Task<RedeployReply> QueueWithGateAsync(App app)
    {
        await app.Server.ExecuteAsync(["rm", "-f", Gate, "/tmp/runs"], App.Token);
        var script = $"""
            #!/bin/sh
            echo run >>/tmp/runs
            i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo "line $i"; done
            echo "waiting at the gate"
            until [ -e {Gate} ]; do sleep 0.05; done
            while [ $i -lt 40 ]; do i=$((i+1)); echo "line $i"; done
            """;
        await app.Code.CommitAsync(
            new Dictionary<string, string?>
            {
                ["hooks/at-the-gate"] = script.ReplaceLineEndings("\n") + $"\n# {Guid.NewGuid():N}\n",
                [".cloud66/deploy_hooks.yml"] = "production:\n  after_bundle:\n    - source: hooks/at-the-gate\n      destination: /tmp/at-the-gate\n      execute: true\n",
            },
            App.Token);
        var reply = await app.QueueAsync();
        await app.SeeAsync(reply.AsyncActionId, "waiting at the gate");
        return reply;
    }

    public Task OpenGateAsync() => App.Server.ExecuteAsync(["touch", Gate], App.Token);

    /// <summary>The hook ran once, and each of its lines is there once, in order.</summary>
    public static async Task AssertRanOnceAsync(App app, RedeployReply reply)
    {
        DeployedApp.AssertSucceeded(await app.EndAsync(reply));
        await AssertWholeAsync(app, reply);
    }

    public static async Task AssertWholeAsync(App app, RedeployReply reply)
    {
        Assert.Equal("run", await app.Server.ExecuteAsync(["cat", "/tmp/runs"], App.Token));
        var expected = Enumerable.Range(1, 20).Select(number => $"line {number}").Append("waiting at the gate").Concat(Enumerable.Range(21, 20).Select(number => $"line {number}"));
        var lines = await app.LinesAsync(reply.AsyncActionId);
        Assert.Equal(expected, lines.Where(line => line.StartsWith("line ", StringComparison.Ordinal) || line == "waiting at the gate"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
            await _owner.DisposeAsync();
        foreach (var line in _lines)
            await line.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        foreach (var data in _data)
            data.Delete(recursive: true);
    }

    /// <summary>The value that a query has in the database.</summary>
    public Task<string> ReadAsync(string sql) => _postgres!.ReadAsync(Database, sql, App.Token);

    private static Dictionary<string, string> Settings(TcpRelay line, string? masterKey)
    {
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Drain__Delay"] = "00:00:01",
            ["Slipway__RateLimit__RequestsPerHour"] = "1000000",
            ["Slipway__Telemetry__LogFormat"] = "json",
            ["Slipway__Database__ConnectionString"] = $"Host=127.0.0.1;Port={line.Port};Username=slipway;Database={Database}",
        };
        if (masterKey is not null)
            settings["Slipway__MasterKeyFile"] = masterKey;
        return settings;
    }
}

/// <summary>Tests of nodes share them; what one adds or changes, it takes away again.</summary>
[CollectionDefinition(nameof(Nodes))]
public sealed class NodesCollection : ICollectionFixture<Nodes>;
