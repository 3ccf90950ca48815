using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Contracts;
using Slipway.Contracts.Actions;
using Slipway.Rig;

namespace Slipway.Bench.Actions;

/// <summary>A real Slipway that is given work.</summary>
internal sealed class Workplace : IAsyncDisposable
{
    private const int Lines = 100_000;
    private const int AtOnce = 32;

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-bench-");
    private readonly DirectoryInfo _otherData = Directory.CreateTempSubdirectory("slipway-bench-");
    private readonly Dictionary<string, string> _settings;
    private readonly string _provider;
    private FreshServer? _machine;
    private SlipwayServer? _server;
    private string _token = "";
    private GitRepository? _code;
    private string _talker = "";

    private Workplace(string provider, Dictionary<string, string> settings) => (_provider, _settings) = (provider, settings);

    private SlipwayServer Server => _server ?? throw new InvalidOperationException("The server does not run.");

    private SlipwayClient Client => Server.ClientFor(_token);

    public static async Task<Workplace> StartAsync(string provider, TemporaryPostgres? postgres, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>
        {
            ["Slipway__RateLimit__RequestsPerHour"] = $"{int.MaxValue}",
            ["Slipway__Database__Provider"] = provider,
            ["Slipway__Outbound__AllowedNetworks__0"] = "127.0.0.0/8",
        };
        if (postgres is not null)
            settings["Slipway__Database__ConnectionString"] = await postgres.CreateDatabaseAsync("slipway_actions", cancellationToken);
        var place = new Workplace(provider, settings);
        place._server = await SlipwayServer.StartAsync(place._data, 0, settings, cancellationToken);
        place._settings["Slipway__MasterKeyFile"] = Path.Combine(place._data.FullName, "master.key");
        place._token = (await place._server.SetUpAsync("bench@example.test", "a long enough password", cancellationToken)).Token;
        return place;
    }

    /// <summary>Stacks without servers, whose first analysis is over.</summary>
    public async Task<IReadOnlyList<string>> CreateStacksAsync(int count, CancellationToken cancellationToken)
    {
        var stacks = new string[count];
        await InParallelAsync(count, async number => stacks[number] = (await CreateAsync($"Bench {number}", "git://127.0.0.1:9/app.git", cancellationToken)).Uid, cancellationToken);
        foreach (var uid in stacks)
            await AwaitRestAsync(uid, cancellationToken);
        return stacks;
    }

    /// <summary>Milliseconds from before the request until a reader of the action's events sees that its first step has begun, sorted.</summary>
    public async Task<IReadOnlyList<double>> FirstStepsAsync(string uid, int rounds, CancellationToken cancellationToken)
    {
        List<double> waits = [];
        for (var round = 0; round < rounds; round++)
        {
            var asked = Stopwatch.GetTimestamp();
            var action = await Client.Actions.RestartAsync(uid, cancellationToken);
            await foreach (var item in Client.Actions.FollowAsync(uid, action.Id, since: 0, cancellationToken))
            {
                if (item.EventType == ActionsClient.FinishedEvent || (item.EventType == ActionsClient.StepsEvent && IsBegun(item.Data)))
                    break;
            }
            waits.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await AwaitRestAsync(uid, cancellationToken);
        }
        return [.. waits.Order()];

        static bool IsBegun(string steps) => !steps.Contains("\"number\":1,", StringComparison.Ordinal) || !steps.Contains("\"state\":\"waiting\"", StringComparison.Ordinal);
    }

    /// <summary>Whole actions a second, from the first request to the last end, and what one costs the processor.</summary>
    public async Task<(double PerSecond, double Milliseconds)> RunActionsAsync(IReadOnlyList<string> stacks, int count, CancellationToken cancellationToken)
    {
        var (begun, (_, before)) = (Stopwatch.GetTimestamp(), Usage());
        await InParallelAsync(count, number => Client.Actions.RestartAsync(stacks[number % stacks.Count], cancellationToken), cancellationToken);
        foreach (var uid in stacks)
            await AwaitRestAsync(uid, cancellationToken);
        return (count / Stopwatch.GetElapsedTime(begun).TotalSeconds, (Usage().Processor - before).TotalMilliseconds / count);
    }

    /// <summary>Lines a second from one command on a real server into the log.</summary>
    public async Task<double> TalkAsync(Testbed testbed, GitServer git, CancellationToken cancellationToken)
    {
        _machine = await testbed.StartWarmAsync(cancellationToken);
        _code = await git.CreateRepositoryAsync("samples/rack-app", cancellationToken);
        await CommitHookAsync($"seq 1 {Lines}", cancellationToken);
        var created = await Client.Stacks.CreateAsync(
            new()
            {
                Name = "Talker",
                Git = _code.Url,
                Servers = [new() { Address = _machine.Address, PrivateKey = await File.ReadAllTextAsync(_machine.PrivateKeyFile, cancellationToken) }],
                Deploy = true,
            },
            cancellationToken);
        _talker = created.Stack.Uid;
        var deploying = await NextActionAsync(created.Action.Id, cancellationToken);
        await AwaitStepAsync(deploying, "running", cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        await AwaitStepAsync(deploying, "done", cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(begun);
        await AwaitRestAsync(_talker, cancellationToken);
        return Lines / elapsed.TotalSeconds;
    }

    /// <summary>From the end of the node until its work is in other hands: another node's on PostgreSQL; its own after a restart, from its first answer on SQLite.</summary>
    public async Task<TimeSpan> TakeOverAsync(CancellationToken cancellationToken)
    {
        await CommitHookAsync("i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo tick; sleep 0.05; done", cancellationToken);
        var reply = await Client.Deployments.RedeployAsync(_talker, gitRef: null, cancellationToken);
        await NextTickAsync(Client, reply.AsyncActionId, cancellationToken);
        var other = _provider == "sqlite" ? null : await SlipwayServer.StartAsync(_otherData, 0, _settings, cancellationToken);
        // A node that has just come must be known to the others.
        await Task.Delay(TimeSpan.FromSeconds(other is null ? 0 : 2), cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        await Server.KillAsync();
        if (other is null)
        {
            await Server.StartAsync(cancellationToken);
            begun = Stopwatch.GetTimestamp();
        }
        var heir = (other ?? Server).ClientFor(_token);
        await NextTickAsync(heir, reply.AsyncActionId, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(begun);
        await AwaitRestAsync(heir, _talker, cancellationToken);
        if (other is not null)
        {
            await Server.StartAsync(cancellationToken);
            await other.DisposeAsync();
        }
        return elapsed;
    }

    /// <summary>Memory and processor while many actions run, which wait for a git host that never answers, and more are queued behind them.</summary>
    public async Task<Crowd> CrowdAsync(int running, int queued, CancellationToken cancellationToken)
    {
        await Server.KillAsync();
        await Server.StartAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        var (idle, _) = Usage();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        // Nobody takes these connections: the kernel holds them, and each analysis makes more than one.
        silent.Start(8 * running);
        var url = $"git://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/app.git";
        var stacks = new string[running];
        await InParallelAsync(running, async number => stacks[number] = (await CreateAsync($"Crowd {number}", url, cancellationToken)).Uid, cancellationToken);
        await InParallelAsync(queued, number => Client.Actions.RestartAsync(stacks[number % running], cancellationToken), cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(4), cancellationToken);
        var (_, before) = Usage();
        var begun = Stopwatch.GetTimestamp();
        List<double> reads = [];
        // A git host that says nothing is given up after half a minute, and then the crowd goes to work.
        while (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5))
        {
            var asked = Stopwatch.GetTimestamp();
            await Client.Stacks.GetAsync(stacks[0], cancellationToken);
            reads.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await Task.Delay(100, cancellationToken);
        }
        var (megabytes, after) = Usage();
        foreach (var uid in stacks)
            if ((await Client.Actions.ListAsync(uid, 1, cancellationToken)).Response[^1] is { FinishedAt: not null } over)
                throw new InvalidOperationException($"The crowd was not whole any more when it was measured: {over.Action} from {over.StartedAt:T} to {over.FinishedAt:T}: {over.FinishedMessage}");
        return new(megabytes, idle, (after - before) / Stopwatch.GetElapsedTime(begun), reads.Order().ElementAt(reads.Count / 2));
    }

    /// <summary>What the server said last.</summary>
    public async Task<string> ReadLogAsync() => string.Join('\n', (await File.ReadAllLinesAsync(Server.Log.FullName, CancellationToken.None)).TakeLast(60));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _data.Delete(recursive: true);
        _otherData.Delete(recursive: true);
    }

    private async Task<Contracts.Stacks.Stack> CreateAsync(string name, string url, CancellationToken cancellationToken) =>
        (await Client.Stacks.CreateAsync(new() { Name = name, Git = url }, cancellationToken)).Stack;

    private Task AwaitRestAsync(string uid, CancellationToken cancellationToken) => AwaitRestAsync(Client, uid, cancellationToken);

    private static async Task AwaitRestAsync(SlipwayClient client, string uid, CancellationToken cancellationToken)
    {
        while ((await client.Actions.ListAsync(uid, cancellationToken: cancellationToken)).Response.Any(action => action.FinishedAt is null))
            await Task.Delay(20, cancellationToken);
    }

    private async Task<int> NextActionAsync(int earlier, CancellationToken cancellationToken)
    {
        while (true)
        {
            if ((await Client.Actions.ListAsync(_talker, cancellationToken: cancellationToken)).Response[0].Id is var id && id > earlier)
                return id;
            await Task.Delay(20, cancellationToken);
        }
    }

    private async Task AwaitStepAsync(int actionId, string state, CancellationToken cancellationToken)
    {
        while ((await Client.Actions.ListStepsAsync(_talker, actionId, cancellationToken)).Response.FirstOrDefault(step => step.Name == "run hooks after bundle")?.State != state)
        {
            if ((await Client.Actions.GetAsync(_talker, actionId, cancellationToken)) is { FinishedSuccess: false } failed)
                throw new InvalidOperationException($"The deployment failed: {failed.FinishedMessage}");
            await Task.Delay(20, cancellationToken);
        }
    }

    // Waits for a line that is not there yet.
    private async Task NextTickAsync(SlipwayClient client, int actionId, CancellationToken cancellationToken)
    {
        var known = (await client.Actions.ListLogAsync(_talker, actionId, cancellationToken: cancellationToken)).Response is [.., var last] ? last.Id : 0;
        await foreach (var item in client.Actions.FollowAsync(_talker, actionId, known, cancellationToken))
        {
            if (item.EventType == ActionsClient.LineEvent && item.Data.Contains("tick", StringComparison.Ordinal))
                return;
            if (item.EventType == ActionsClient.FinishedEvent)
                break;
        }
        throw new InvalidOperationException($"Action {actionId} ended before the next line came.");
    }

    private Task CommitHookAsync(string command, CancellationToken cancellationToken) => _code!.CommitAsync(
        new Dictionary<string, string?> { [".cloud66/deploy_hooks.yml"] = $"production:\n  after_bundle:\n    - command: {command}\n" }, cancellationToken);

    private static Task InParallelAsync(int count, Func<int, Task> work, CancellationToken cancellationToken) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (number, _) => await work(number));

    private (long Megabytes, TimeSpan Processor) Usage()
    {
        using var process = Process.GetProcessById(Server.ProcessId);
        return (process.WorkingSet64 / (1024 * 1024), process.TotalProcessorTime);
    }
}
