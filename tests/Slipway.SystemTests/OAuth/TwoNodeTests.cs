using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Slipway.Contracts;
using Slipway.Rig;

namespace Slipway.SystemTests.OAuth;

/// <summary>Two nodes on one PostgreSQL: what one revokes, the other refuses.</summary>
public sealed class TwoNodeTests : IAsyncLifetime
{
    private const string Database = "slipway_nodes";
    // The promise is a second. Without it a token is good for the ten that the cache remembers; what lies between is for noisy machines.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(4);

    private readonly DirectoryInfo[] _data = [Directory.CreateTempSubdirectory("slipway-node-"), Directory.CreateTempSubdirectory("slipway-node-")];
    private readonly List<SlipwayServer> _nodes = [];
    private TemporaryPostgres? _postgres;
    private SlipwayClient? _owner;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TemporaryPostgres Postgres => _postgres ?? throw new InvalidOperationException("There is no database.");

    private SlipwayClient Owner => _owner ?? throw new InvalidOperationException("There is no owner.");

    public async ValueTask InitializeAsync()
    {
        _postgres = await TemporaryPostgres.StartAsync(Cancel);
        var connection = await _postgres.CreateDatabaseAsync(Database, Cancel);
        // Not a superuser, so that the test can keep it from connecting.
        await _postgres.RunSqlAsync(Database, $"CREATE ROLE app LOGIN; ALTER DATABASE {Database} OWNER TO app", Cancel);
        var settings = new Dictionary<string, string>
        {
            ["Slipway__Database__Provider"] = "postgresql",
            ["Slipway__Database__ConnectionString"] = connection.Replace("Username=slipway", "Username=app", StringComparison.Ordinal),
            ["Slipway__MasterKeyFile"] = Path.Combine(_data[0].FullName, "master.key"),
        };
        _nodes.Add(await SlipwayServer.StartAsync(_data[0], 0, settings, Cancel));
        _owner = _nodes[0].ClientFor((await _nodes[0].SetUpAsync("owner@example.com", "correct horse battery", Cancel)).Token);
        _nodes.Add(await SlipwayServer.StartAsync(_data[1], 0, settings, Cancel));
    }

    [Fact]
    public async Task Revocation_HoldsOnTheNextRequest_AndOnTheOtherNodeWithinASecond()
    {
        var token = await Owner.Tokens.CreateAsync("both", "public", Cancel);
        using var here = Http(_nodes[0], token.Token);
        using var there = Http(_nodes[1], token.Token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(here));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(there));

        await Owner.Tokens.RevokeAsync(token.Id, Cancel);

        var sinceThen = Stopwatch.StartNew();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(here));
        await AssertRefusedInTimeAsync(there, sinceThen);
    }

    [Fact]
    public async Task DeafNode_DoesNotUseItsCache_AndHearsAgain()
    {
        var token = await Owner.Tokens.CreateAsync("deaf", "public", Cancel);
        using var there = Http(_nodes[1], token.Token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(there));

        await Postgres.RunSqlAsync(
            Database,
            "ALTER ROLE app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway listener'",
            Cancel);
        await Owner.Tokens.RevokeAsync(token.Id, Cancel);
        await AssertRefusedInTimeAsync(there, Stopwatch.StartNew());

        await Postgres.RunSqlAsync(Database, "ALTER ROLE app CONNECTION LIMIT -1", Cancel);
        var next = await Owner.Tokens.CreateAsync("next", "public", Cancel);
        using var again = Http(_nodes[1], next.Token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(again));
        await Owner.Tokens.RevokeAsync(next.Id, Cancel);
        await AssertRefusedInTimeAsync(again, Stopwatch.StartNew());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        foreach (var data in _data)
            data.Delete(recursive: true);
    }

    private static async Task AssertRefusedInTimeAsync(HttpClient http, Stopwatch sinceThen)
    {
        while (true)
        {
            var asked = sinceThen.Elapsed;
            if (await StatusAsync(http) == HttpStatusCode.Unauthorized)
                return;
            Assert.True(asked < Promised, $"The token was still good {asked.TotalMilliseconds:0} ms after it was revoked.");
        }
    }

    private static HttpClient Http(SlipwayServer node, string token)
    {
        var http = new HttpClient { BaseAddress = node.BaseUrl };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("api/3/stacks.json", Cancel);
        return answer.StatusCode;
    }
}
