using System.Net;
using Slipway.SystemTests.Support;

namespace Slipway.SystemTests.OAuth;

/// <summary>What one node revokes, the other refuses.</summary>
public sealed class TwoNodeTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Revocation_HoldsOnTheNextRequest_AndOnTheOtherNodeWithinASecond()
    {
        var token = await nodes.Owner.Tokens.CreateAsync("both", "public", Cancel);
        using var here = TwoNodes.Http(nodes.First, token.Token);
        using var there = TwoNodes.Http(nodes.Second, token.Token);
        Assert.Equal(HttpStatusCode.OK, await TwoNodes.StatusAsync(here));
        Assert.Equal(HttpStatusCode.OK, await TwoNodes.StatusAsync(there));

        await nodes.Owner.Tokens.RevokeAsync(token.Id, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, await TwoNodes.StatusAsync(here));
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.Unauthorized, there);
    }

    [Fact]
    public async Task DeafNode_DoesNotUseItsCache_AndHearsAgain()
    {
        var token = await nodes.Owner.Tokens.CreateAsync("deaf", "public", Cancel);
        using var here = TwoNodes.Http(nodes.First, token.Token);
        using var there = TwoNodes.Http(nodes.Second, token.Token);
        // Enough connections for what comes: there will be no new ones.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(number => TwoNodes.StatusAsync(number < 10 ? here : there))), status => Assert.Equal(HttpStatusCode.OK, status));

        await nodes.RunSqlAsync(
            "ALTER ROLE app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway listener'");
        await nodes.Owner.Tokens.RevokeAsync(token.Id, Cancel);
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.Unauthorized, there);

        await nodes.RunSqlAsync("ALTER ROLE app CONNECTION LIMIT -1");
        var next = await nodes.Owner.Tokens.CreateAsync("next", "public", Cancel);
        using var again = TwoNodes.Http(nodes.Second, next.Token);
        Assert.Equal(HttpStatusCode.OK, await TwoNodes.StatusAsync(again));
        await nodes.Owner.Tokens.RevokeAsync(next.Id, Cancel);
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.Unauthorized, again);
    }
}
