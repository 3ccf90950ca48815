using Slipway.Contracts;
using Slipway.Rig;

namespace Slipway.Bench.Api;

/// <summary>A running Slipway with a database of a certain size, and somebody who owns it all.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("slipway-bench-");
    private readonly Dictionary<string, string> _settings;
    private SlipwayServer? _server;
    private string? _token;

    private Installation(Dictionary<string, string> settings) => _settings = settings;

    public string StackUid { get; private set; } = "";

    private SlipwayServer Server => _server ?? throw new InvalidOperationException("The server does not run.");

    public static async Task<Installation> CreateAsync(
        string provider, TemporaryPostgres? postgres, int stacks, int deployments, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string> { ["Slipway__RateLimit__RequestsPerHour"] = $"{int.MaxValue}", ["Slipway__Database__Provider"] = provider };
        if (postgres is not null)
            settings["Slipway__Database__ConnectionString"] = await postgres.CreateDatabaseAsync($"slipway{stacks}", cancellationToken);
        var installation = new Installation(settings);
        await installation.FillAsync(stacks, deployments, cancellationToken);
        return installation;
    }

    public Task<LoadResult> LoadAsync(string path, int seconds, CancellationToken cancellationToken) =>
        Wrk.RunAsync($"{Server.BaseUrl}api/3/{path}", _token, seconds, cancellationToken);

    /// <summary>The database read alone, in a process of its own on the same database.</summary>
    public async Task<LoadResult> ReadAsync(int seconds, CancellationToken cancellationToken)
    {
        await using var reader = await SideProcess.StartAsync("read", [_data.FullName, $"{seconds}"], cancellationToken, _settings);
        return await reader.ResultAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task FillAsync(int stacks, int deployments, CancellationToken cancellationToken)
    {
        _server = await SlipwayServer.StartAsync(_data, 0, _settings, cancellationToken);
        var owner = await _server.SetUpAsync("bench@example.test", "a long enough password", cancellationToken);
        _token = owner.Token;
        var client = _server.ClientFor(owner.Token);
        var created = await client.Stacks.CreateAsync(new() { Name = "First", Git = "https://git.example.test/owner/app.git" }, cancellationToken);
        StackUid = created.Stack.Uid;
        while ((await client.Actions.GetAsync(StackUid, created.Action.Id, cancellationToken)).FinishedAt is null)
            await Task.Delay(200, cancellationToken);
        // The server is away meanwhile, as one writer of SQLite would wait for the other.
        await _server.KillAsync();
        await new Seed(_data, _settings).RunAsync(StackUid, stacks, deployments, cancellationToken);
        await _server.StartAsync(cancellationToken);
    }
}
