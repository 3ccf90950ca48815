using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>Walks all routes, so that nobody can forget to guard a new one.</summary>
public sealed class RouteTests : IAsyncDisposable
{
    private static readonly string[] OpenToAll = ["POST /setup", "GET /invitation", "POST /invitation", "GET /ping"];

    /// <summary>What a person may change without a scope, because it is their own.</summary>
    private static readonly string[] OnesOwn = ["POST /tokens", "DELETE /tokens/{id:int}", "DELETE /authorized_applications/{id:int}"];

    private static readonly string[] OpenPages =
    [
        "/setup", "/invitation", "/sign-in", "/oauth/authorize", "/session", "/session/second-factor", "/session/end", "/not-found", "/healthz", "/readyz", "/metrics",
        "/openapi/{documentName}.json", "/docs/{documentName?}", "/docs/scalar.js", "/docs/scalar.aspnetcore.js", "/docs/favicon.svg",
        "/stacks/redeploy/{key}/{token}",
    ];

    private readonly SlipwayApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void EveryRoute_HasAPolicy_OrIsOpenOnPurpose()
    {
        var routes = World.Routes(_app);
        Assert.True(routes.Count > 30, "The walk found too few routes to be believed.");
        Assert.Equal(OpenToAll, routes.Where(route => route.IsOpen).Select(route => route.ToString()));
        Assert.All(routes.Where(route => !route.IsOpen), route => Assert.True(route.Policies.Any(), $"{route} has no policy."));
    }

    [Fact]
    public void EveryChange_DemandsAScope_AndOnStacksALevel()
    {
        foreach (var route in World.Routes(_app).Where(route => route.Method != "GET"))
        {
            if (OpenToAll.Contains(route.ToString()) || OnesOwn.Contains(route.ToString()))
                continue;
            Assert.True(route.IsScoped, $"{route} demands no scope.");
            if (route.Path.Contains("{stackUid}", StringComparison.Ordinal))
                Assert.True(route.Endpoint.Metadata.GetMetadata<RequiredLevel>() is not null, $"{route} demands no level.");
        }
    }

    [Fact]
    public async Task EveryRoute_HidesWhatIsOfAnotherAccount()
    {
        var world = await World.CreateAsync(_app);
        var stranger = await _app.GivenStrangerAsync();
        var own = await stranger.GivenStackAsync("Stranger's own");
        // Whoever asks for what only Docker stacks have is told so, before anything is looked for.
        await _app.ChangeAsync(async db => (await db.Stacks.FirstAsync(stack => stack.Uid == own.Uid)).Framework = "docker");
        List<string> faults = [];
        foreach (var route in World.Routes(_app).Where(route => !route.IsOpen && route.Path.Contains('{', StringComparison.Ordinal)))
        {
            // Behind one's own stack, too, nobody finds an action, a server or a variable of somebody else's.
            // Settings go by names that every stack has.
            var isOfOneStack = route.Path.StartsWith("/stacks/{stackUid}/", StringComparison.Ordinal) && route.Path.Count('{') > 1
                && route.Path != "/stacks/{stackUid}/settings/{key}";
            string?[] stacks = isOfOneStack ? [null, own.Uid] : [null];
            foreach (var stack in stacks)
            {
                using var content = new StringContent(World.Parameters.ToJsonString());
                var (status, _) = await stranger.SendAsync(new(route.Method), world.Path(route, stack), content);
                if (status != HttpStatusCode.NotFound)
                    faults.Add($"{route} answered a stranger {(stack is null ? "" : "behind an own stack ")}with {status}.");
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void EveryRouteOfThePages_HasAPolicy_OrIsOpenOnPurpose()
    {
        var pages = _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => !route.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal)
                && route.Metadata.GetMetadata<IAllowAnonymous>() is not null
                && route.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(route => "/" + route.RoutePattern.RawText!.TrimStart('/'));
        var unknown = pages.Distinct(StringComparer.Ordinal).Except(OpenPages).ToList();
        Assert.True(unknown.Count == 0, "Open to all, and not on purpose: " + string.Join(", ", unknown));
    }

    [Fact]
    public async Task EveryStackRoute_NeedsItsLevel()
    {
        var world = await World.CreateAsync(_app);
        var viewer = await _app.GivenMemberAsync(AccessLevel.View);
        foreach (var route in World.Routes(_app).Where(route => route.Endpoint.Metadata.GetMetadata<RequiredLevel>() is not null))
        {
            using var content = new StringContent(World.Parameters.ToJsonString());
            var (status, body) = await viewer.SendAsync(new(route.Method), world.Path(route), content);
            Assert.True(status == HttpStatusCode.Forbidden, $"{route} answered a viewer with {status}.");
            Assert.Equal("forbidden", (string?)body["error"]);
        }
    }

    [Fact]
    public async Task EveryRouteWithAScope_NeedsIt()
    {
        var world = await World.CreateAsync(_app);
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "reader@example.com", Scopes.Public);
        foreach (var route in World.Routes(_app).Where(route => route.IsScoped))
        {
            var (status, _) = await reader.SendAsync(new(route.Method), world.Path(route));
            Assert.True(status == HttpStatusCode.Forbidden, $"{route} answered a token without scopes with {status}.");
        }
    }
}
