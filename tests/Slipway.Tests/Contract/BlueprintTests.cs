using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Server.Platform.Auth;
using Slipway.Tests.Support;

namespace Slipway.Tests.Contract;

/// <summary>Holds the server to the 49 operations that old clients know.</summary>
public sealed class BlueprintTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();
    private readonly List<string> _faults = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task EveryOperation_AnswersAsClientsExpect()
    {
        var world = await World.CreateAsync(_app);
        var routes = World.Routes(_app);
        foreach (var operation in Blueprint.Operations)
        {
            var route = routes.FirstOrDefault(route => (route.Method, route.Shape) == (operation.Method, operation.Path));
            if (operation.WaitsFor is { } engine)
                Note(route is null, $"{operation} is routed although it waits for {engine}: check it here.");
            else if (route is not null)
                await CheckAsync(operation, world, world.Path(route) + ".json");
            else
                Note(false, $"{operation} has no route.");
        }
        Assert.True(_faults.Count == 0, string.Join('\n', _faults));
    }

    [Fact]
    public void Table_HasAllOperationsOnce()
    {
        Assert.Equal(Enumerable.Range(1, 49), Blueprint.Operations.Select(operation => operation.Number));
        Assert.Equal(49, Blueprint.Operations.Select(operation => (operation.Method, operation.Path)).Distinct().Count());
        Assert.Equal(11, Blueprint.Operations.Count(operation => operation.WaitsFor is not null));
    }

    private async Task CheckAsync(Operation operation, World world, string path)
    {
        var others = Scopes.All.Except([operation.Scope]);
        Note(await SendAsync(operation, path, null) is (HttpStatusCode.Unauthorized, _), $"{operation} needs no token.");
        if (operation.Scope != Scopes.Public)
            Note(await SendAsync(operation, path, await TokenAsync(world, others)) is (HttpStatusCode.Forbidden, _), $"{operation} needs no scope {operation.Scope}.");

        var (status, body) = await SendAsync(operation, path, await TokenAsync(world, [operation.Scope]));
        Note(status == HttpStatusCode.OK, $"{operation} answered {status}: {body?.ToJsonString()}");
        foreach (var difference in Shape.Differences(body, operation.Reply!))
            Note(status != HttpStatusCode.OK, $"{operation}: {difference}");
        if (status == HttpStatusCode.OK && body!["response"] is JsonArray items)
            Note(items.Count > 0, $"{operation} had nothing to show.");
    }

    private static async Task<string> TokenAsync(World world, IEnumerable<string> scopes) =>
        (await world.Owner.Api.Tokens.CreateAsync("test", Scopes.Join(scopes), Cancel)).Token;

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(Operation operation, string path, string? token)
    {
        using var http = _app.Http(token);
        using var request = new HttpRequestMessage(new(operation.Method), path);
        if (operation.Body is { } body)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, Cancel);
        Note(response.Headers.Contains("X-RateLimit-Remaining"), $"{operation} does not tell what is left.");
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel)));
    }

    private void Note(bool isRight, string fault)
    {
        if (!isRight)
            _faults.Add(fault);
    }
}
