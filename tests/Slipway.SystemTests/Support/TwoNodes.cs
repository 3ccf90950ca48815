using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Contracts;
using Slipway.Rig;

namespace Slipway.SystemTests.Support;

/// <summary>Two nodes of one Slipway on one PostgreSQL, with an owner.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    private const string Database = "slipway_nodes";
    // The promise is a second. Without it a person or token is good for the ten that the cache remembers; what lies between is for noisy machines.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(8);

    private readonly DirectoryInfo[] _data = [Directory.CreateTempSubdirectory("slipway-node-"), Directory.CreateTempSubdirectory("slipway-node-")];
    private readonly List<SlipwayServer> _nodes = [];
    private TemporaryPostgres? _postgres;
    private SlipwayClient? _owner;

    public SlipwayServer First => _nodes[0];

    public SlipwayServer Second => _nodes[1];

    /// <summary>The owner's programs, on the first node.</summary>
    public SlipwayClient Owner => _owner ?? throw new InvalidOperationException("There is no owner.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _postgres = await TemporaryPostgres.StartAsync(Cancel);
        var connection = await _postgres.CreateDatabaseAsync(Database, Cancel);
        // Not a superuser, so that a test can keep it from connecting.
        await RunSqlAsync($"CREATE ROLE app LOGIN; ALTER DATABASE {Database} OWNER TO app");
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] = connection.Replace("Username=slipway", "Username=app", StringComparison.Ordinal),
            ["Slipway__MasterKeyFile"] = Path.Combine(_data[0].FullName, "master.key"),
        };
        _nodes.Add(await SlipwayServer.StartAsync(_data[0], 0, settings, Cancel));
        _nodes.Add(await SlipwayServer.StartAsync(_data[1], 0, settings, Cancel));
        // The first one's link is good although the second one has started since.
        _owner = First.ClientFor((await First.SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token);
    }

    /// <summary>What the database's administrator does.</summary>
    public Task RunSqlAsync(string sql) => _postgres!.RunSqlAsync(Database, sql, Cancel);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        foreach (var data in _data)
            data.Delete(recursive: true);
    }

    public static HttpClient Http(SlipwayServer node, string token)
    {
        var http = new HttpClient { BaseAddress = node.BaseUrl };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path = "stacks.json")
    {
        using var answer = await http.GetAsync("api/3/" + path, Cancel);
        return answer.StatusCode;
    }

    /// <summary>Waits until it answers so, as long as was promised.</summary>
    public static async Task AssertInTimeAsync(HttpStatusCode expected, HttpClient http, string path = "stacks.json")
    {
        var sinceThen = Stopwatch.StartNew();
        while (true)
        {
            var asked = sinceThen.Elapsed;
            var status = await StatusAsync(http, path);
            if (status == expected)
                return;
            Assert.True(asked < Promised, $"{path} was still answered with {status} after {asked.TotalMilliseconds:0} ms.");
        }
    }
}
