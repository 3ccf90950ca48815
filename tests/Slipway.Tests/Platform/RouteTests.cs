using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Platform.Auth;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>Walks all routes, so that nobody can forget to guard a new one.</summary>
public sealed class RouteTests : IAsyncDisposable
{
    private static readonly string[] OpenToAll = ["POST /api/3/setup"];

    private readonly SlipwayApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void EveryRoute_HasAPolicy_OrIsOpenOnPurpose()
    {
        var routes = Routes().ToList();
        Assert.True(routes.Count > 30, "The walk found too few routes to be believed.");
        foreach (var (route, name) in routes)
        {
            var isOpen = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            Assert.Equal(OpenToAll.Contains(name), isOpen);
            Assert.True(isOpen || route.Metadata.GetMetadata<IAuthorizeData>() is not null, $"{name} has no policy.");
        }
    }

    [Fact]
    public void EveryChange_DemandsAScope_AndOnStacksALevel()
    {
        string[] onesOwn = ["POST /api/3/tokens/", "DELETE /api/3/tokens/{id:int}"];
        foreach (var (route, name) in Routes().Where(pair => !pair.Name.StartsWith("GET", StringComparison.Ordinal)))
        {
            if (OpenToAll.Contains(name) || onesOwn.Contains(name))
                continue;
            Assert.Contains(route.Metadata.GetOrderedMetadata<IAuthorizeData>(), data => data.Policy is not (null or Scopes.Public));
            if (name.Contains("{stackUid}", StringComparison.Ordinal))
                Assert.True(route.Metadata.GetMetadata<RequiredLevel>() is not null, $"{name} demands no level.");
        }
    }

    [Fact]
    public async Task EveryStackRoute_DoesNotExistForStrangers()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var stranger = await _app.GivenStrangerAsync();
        foreach (var (method, path) in StackPaths(stack.Uid))
        {
            using var content = new StringContent("""{"key":"A","value":"b","address":"192.0.2.1"}""");
            var (status, _) = await stranger.SendAsync(method, path, content);
            Assert.True(status == HttpStatusCode.NotFound, $"{method} {path} answered a stranger with {status}.");
        }
    }

    [Fact]
    public async Task EveryStackRoute_NeedsItsLevel()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var viewer = await _app.GivenMemberAsync(AccessLevel.View);
        foreach (var (route, name) in Routes().Where(pair => pair.Route.Metadata.GetMetadata<RequiredLevel>() is not null))
        {
            using var content = new StringContent("""{"key":"A","value":"b","address":"192.0.2.1"}""");
            var (status, body) = await viewer.SendAsync(new(name.Split(' ')[0]), Fill(route, stack.Uid), content);
            Assert.True(status == HttpStatusCode.Forbidden, $"{name} answered a viewer with {status}.");
            Assert.Equal("forbidden", (string?)body["error"]);
        }
    }

    [Fact]
    public async Task EveryRouteWithAScope_NeedsIt()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "reader@example.com", Scopes.Public);
        var guarded = Routes().Where(pair =>
            pair.Route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy is not (null or Scopes.Public)));
        foreach (var (route, name) in guarded)
        {
            var (status, _) = await reader.SendAsync(new(name.Split(' ')[0]), Fill(route, stack.Uid));
            Assert.True(status == HttpStatusCode.Forbidden, $"{name} answered a token without scopes with {status}.");
        }
    }

    private IEnumerable<(HttpMethod Method, string Path)> StackPaths(string uid) =>
        Routes().Where(pair => pair.Name.Contains("{stackUid}", StringComparison.Ordinal))
            .Select(pair => (new HttpMethod(pair.Name.Split(' ')[0]), Fill(pair.Route, uid)));

    private static string Fill(RouteEndpoint route, string uid) => "/" + route.RoutePattern.RawText!.TrimStart('/')
        .Replace("{stackUid}", uid, StringComparison.Ordinal)
        .Replace("{id:int}", "1", StringComparison.Ordinal)
        .Replace("{idOrKey}", "1", StringComparison.Ordinal)
        .Replace("{uid}", "1", StringComparison.Ordinal);

    private IEnumerable<(RouteEndpoint Route, string Name)> Routes() =>
        from route in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where route.RoutePattern.RawText!.TrimStart('/').StartsWith("api/", StringComparison.Ordinal)
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (route, $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}");
}
