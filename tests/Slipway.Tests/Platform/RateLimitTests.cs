using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Slipway.Server;
using Slipway.Server.Platform.Limits;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>How much is too much, for one person over all nodes and for strangers.</summary>
public sealed class RateLimitTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 10, 59, 30, TimeSpan.Zero));
    private readonly SlipwayApp _app;

    public RateLimitTests() => _app = new()
    {
        Time = _time,
        Settings = { ["Slipway:RateLimit:RequestsPerHour"] = "3", ["Slipway:RateLimit:AnonymousRequestsPerHour"] = "2" },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Person_IsRefusedBehindTheLimit_UntilTheNextHour()
    {
        var owner = await _app.GivenOwnerAsync();
        foreach (var remaining in new[] { "2", "1", "0" })
            Assert.Equal((HttpStatusCode.OK, "3", remaining), await AskAsync(owner.Http, "/api/3/stacks.json"));
        using var refused = await owner.Http.GetAsync("/api/3/stacks.json", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("\"error\":\"throttled\"", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("0", refused.Headers.GetValues("X-RateLimit-Remaining").Single());

        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal((HttpStatusCode.OK, "3", "2"), await AskAsync(owner.Http, "/api/3/stacks.json"));
    }

    [Theory]
    [InlineData("/api/3/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/3/stacks?page=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/none", HttpStatusCode.NotFound)]
    public async Task Failure_TellsWhatIsLeft(string path, HttpStatusCode status)
    {
        var owner = await _app.GivenOwnerAsync();
        Assert.Equal((status, "3", "2"), await AskAsync(owner.Http, path));
    }

    [Fact]
    public async Task Crash_TellsWhatIsLeft()
    {
        var owner = await _app.GivenOwnerAsync();
        await _app.ChangeAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE Stacks RENAME TO Lost", Cancel));
        Assert.Equal((HttpStatusCode.InternalServerError, "3", "2"), await AskAsync(owner.Http, "/api/3/stacks"));
    }

    [Fact]
    public async Task Stranger_IsCountedByAddress()
    {
        using var http = _app.Http();
        Assert.Equal((HttpStatusCode.Unauthorized, "2", "1"), await AskAsync(http, "/api/3/stacks"));
        Assert.Equal((HttpStatusCode.Unauthorized, "2", "0"), await AskAsync(http, "/api/3/stacks"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2", "0"), await AskAsync(http, "/api/3/stacks"));
    }

    [Fact]
    public async Task Pages_DoNotCount()
    {
        var owner = await _app.GivenOwnerAsync();
        var visitor = await new Visitor(_app).SignInAsync(owner.Email);
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await visitor.OpenAsync("/stacks")).Status);
        Assert.Equal((HttpStatusCode.OK, "3", "2"), await AskAsync(owner.Http, "/api/3/stacks"));
    }

    [Fact]
    public async Task Nodes_AddUpWhatEachCounted()
    {
        var (one, other) = (NewNode(100), NewNode(100));
        Take(await one.OfUserAsync(1, Cancel), 10);
        Take(await other.OfUserAsync(1, Cancel), 20);
        await one.ShareAsync(Cancel);
        await other.ShareAsync(Cancel);
        Assert.Equal(70, (await other.OfUserAsync(1, Cancel)).Remaining);

        Take(await one.OfUserAsync(1, Cancel), 1);
        await one.ShareAsync(Cancel);
        Assert.Equal(69, (await one.OfUserAsync(1, Cancel)).Remaining);
        Assert.Equal(69, (await NewNode(100).OfUserAsync(1, Cancel)).Remaining);
        Assert.Equal(100, (await one.OfUserAsync(2, Cancel)).Remaining);
    }

    [Fact]
    public async Task Node_WithoutNews_WritesNothing()
    {
        var node = NewNode(100);
        Take(await node.OfUserAsync(1, Cancel), 1);
        await node.ShareAsync(Cancel);
        await _app.ChangeAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE RequestCounts RENAME TO Lost", Cancel));
        await node.ShareAsync(Cancel);
    }

    [Fact]
    public async Task Counting_IsNobodysChange()
    {
        var before = await _app.InDatabaseAsync(db => db.AuditEntries.CountAsync(Cancel));
        var node = NewNode(100);
        Take(await node.OfUserAsync(1, Cancel), 1);
        await node.ShareAsync(Cancel);
        Assert.Equal(1, await _app.InDatabaseAsync(db => db.RequestCounts.CountAsync(Cancel)));
        Assert.Equal(before, await _app.InDatabaseAsync(db => db.AuditEntries.CountAsync(Cancel)));
    }

    [Fact]
    public async Task Counts_AreForgottenAfterADay()
    {
        var node = NewNode(100);
        Take(await node.OfUserAsync(1, Cancel), 1);
        await node.ShareAsync(Cancel);
        _time.Advance(TimeSpan.FromHours(26));
        await node.ShareAsync(Cancel);
        Assert.Equal(0, await _app.InDatabaseAsync(db => db.RequestCounts.CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", true)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:3::3", false)]
    public void Addresses_AreCountedByNetwork(string one, string other, bool isTheSame)
    {
        var node = NewNode(1);
        Assert.True(node.OfAddress(IPAddress.Parse(one)).TryTake());
        Assert.Equal(isTheSame ? 0 : 1, node.OfAddress(IPAddress.Parse(other)).Remaining);
    }

    private RateLimits NewNode(int limit) => new(
        _app.Services.GetRequiredService<IDbContextFactory<AppDb>>(),
        _time,
        Options.Create(new RateLimitOptions { RequestsPerHour = limit, AnonymousRequestsPerHour = limit }));

    private static void Take(RequestWindow window, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True(window.TryTake());
    }

    private static async Task<(HttpStatusCode Status, string Limit, string Remaining)> AskAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path, Cancel);
        return (response.StatusCode, response.Headers.GetValues("X-RateLimit-Limit").Single(), response.Headers.GetValues("X-RateLimit-Remaining").Single());
    }
}
