using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Slipway.Contracts;
using Slipway.Server.Platform.Documents;
using Slipway.Tests.Support;

namespace Slipway.Tests.Contract;

/// <summary>Whatever is sent for whichever parameter of whichever route: it is taken or refused, and nothing breaks.</summary>
public sealed class HostileParameterTests : IAsyncDisposable
{
    private const int Tries = 1500;

    private static readonly string[] Texts =
    [
        "", " ", "\0", "a\0b", "\n", "\r\nSet-Cookie: x=1", "-1", "1.5", "0x10", "9223372036854775808", "99999999999999999999", "NaN", "null", "[", "{\"a\":",
        "true", "'; DROP TABLE Stacks; --", "../../etc/passwd", "%00", "\u202Eevil", "\uFFFD", "\uD83D\uDE00", "\u0001", "_env:X", "::1", "2014-13-45",
        new('x', 300), new('9', 5000),
    ];

    private static readonly string[] Tokens =
    [
        .. Texts.Select(text => JsonSerializer.Serialize(text)), "0", "-1", "1.5", "1e400", "2147483648", "-9223372036854775809", "true", "null", "[]", "{}",
        "[null]", "[[1]]", "{\"a\":{\"b\":[1]}}", "[{}]", "{\"0\":\"x\"}", "\"\\ud800\"", "[\"\\u0000\"]", Deep(20), Deep(1000),
    ];

    private readonly SlipwayApp _app = new() { Settings = { ["Slipway:RateLimit:RequestsPerHour"] = "1000000" } };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task AnyValueOfAnyParameter_IsTakenOrRefused()
    {
        _app.AuditGuard.AllowsSilence = true;
        var world = await World.CreateAsync(_app);
        var parameters = Routes().SelectMany(route => Parameters(route).Select(name => (Route: route, Name: name))).ToArray();
        var requests = Gen.Select(OneOf(parameters), OneOf(Tokens), OneOf(Texts), Gen.Int[0, 2]);
        await requests.SampleAsync(
            (parameter, token, text, way) => CheckAsync(world, parameter.Route, Request(world, parameter.Route, parameter.Name, token, text, way)),
            iter: Tries);
    }

    [Fact]
    public async Task AnyValueInAnyPath_IsTakenOrRefused()
    {
        var world = await World.CreateAsync(_app);
        string[] values = ["%FF", "%E2%80%AE", "-1", "0", "99999999999999999999", "1.json", "..%2F..", "%2e%2e", "a%20b", "%F0%9F%92%A5", new('x', 3000), "'", "*"];
        foreach (var route in Routes().Where(route => route.Path.Contains('{', StringComparison.Ordinal)))
            foreach (var value in values)
            {
                var last = route.Path.LastIndexOf('{');
                var path = ApiRoute.Root + route.Path[..last].Replace("{stackUid}", world.StackUid, StringComparison.Ordinal) + value;
                await CheckAsync(world, route, new(new(route.Method), path.Replace("{id:int}", "1", StringComparison.Ordinal).Replace("{uid}", "1", StringComparison.Ordinal)));
            }
    }

    [Fact]
    public async Task AnyBody_IsTakenOrRefused()
    {
        var world = await World.CreateAsync(_app);
        byte[][] bodies =
        [
            new byte[10_000_000], "{\"name\":\"\xC3\x28\"}"u8.ToArray(), [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], [0xFF, 0xFE, 0x7B, 0x00], [.. "name="u8, 0xFF],
            Encoding.UTF8.GetBytes("{\"name\":" + Deep(100_000) + "}"), Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Range(0, 5000).Select(i => $"a{i}=1"))),
            Encoding.UTF8.GetBytes("a" + string.Concat(Enumerable.Repeat("[b]", 50)) + "=1"), "a=1&a[b]=2"u8.ToArray(), "{\"a\":1,\"a\":2}"u8.ToArray(),
        ];
        // Deleting comes last, or there would be nothing left to ask for.
        foreach (var route in Routes().OrderBy(route => route.Method == "DELETE"))
            foreach (var body in bodies)
                foreach (var type in new[] { "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", null })
                {
                    var request = new HttpRequestMessage(new(route.Method), world.Path(route)) { Content = new ByteArrayContent(body) };
                    request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
                    await CheckAsync(world, route, request);
                }
    }

    // Following an action ends with the action only, and files are no JSON.
    private IEnumerable<ApiRoute> Routes() => World.Routes(_app)
        .Where(route => !route.Path.EndsWith("/events", StringComparison.Ordinal) && !route.Path.EndsWith("/export", StringComparison.Ordinal));

    private static IEnumerable<string> Parameters(ApiRoute route)
    {
        var records = route.Endpoint.Metadata.GetOrderedMetadata<TakenRecord>()
            .SelectMany(record => SlipwayJson.Default.Options.GetTypeInfo(record.Type).Properties.Select(property => property.Name));
        var values = route.Endpoint.Metadata.GetOrderedMetadata<TakenValue>().Select(value => value.Name);
        return [.. records, .. values, "page", "per_page"];
    }

    private static HttpRequestMessage Request(World world, ApiRoute route, string name, string token, string text, int way)
    {
        var path = world.Path(route);
        if (way == 0)
            return new(new(route.Method), $"{path}?{name}={Uri.EscapeDataString(text)}");
        if (way == 1)
            return new(new(route.Method), path) { Content = new FormUrlEncodedContent([KeyValuePair.Create(name, text), KeyValuePair.Create($"{name}[a]", text)]) };
        var others = World.Parameters.Where(pair => pair.Key != name).Select(pair => $"\"{pair.Key}\":{pair.Value!.ToJsonString()}");
        return new(new(route.Method), path) { Content = new StringContent($"{{\"{name}\":{token},{string.Join(',', others)}}}") };
    }

    private static async Task CheckAsync(World world, ApiRoute route, HttpRequestMessage request)
    {
        using var sent = request;
        using var response = await world.Owner.Http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        var sentBody = request.Content is null ? "" : await request.Content.ReadAsStringAsync(Cancel);
        Assert.True(
            (int)response.StatusCode < 500,
            $"{route}, asked as {request.RequestUri} with {sentBody[..Math.Min(200, sentBody.Length)]}, answered {(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonNode.Parse(text)!;
        Assert.True(response.IsSuccessStatusCode ? body["response"] is not null : body["error"] is not null, $"{route} answered {text}");
    }

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);
}
