using System.Net;
using System.Text.Json.Nodes;
using Slipway.Tests.Conventions;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>The description of the API, for programs and for people.</summary>
public sealed class DocumentTests : IAsyncDisposable
{
    private const string Renew = "SLIPWAY_RENEW_GOLDEN";
    private static readonly string Golden = Path.Combine(Repository.Root, "tests", "Slipway.Tests", "Golden", "openapi.json");

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Document_EqualsTheCommittedOne()
    {
        var document = await ReadAsync();
        if (Environment.GetEnvironmentVariable(Renew) is not null)
            await File.WriteAllTextAsync(Golden, document, Cancel);
        Assert.True(
            document == await File.ReadAllTextAsync(Golden, Cancel),
            $"The API differs from {Golden}. When that is wanted, run this test with {Renew}=1 and commit the file.");
    }

    [Fact]
    public async Task EveryOperation_IsDescribed()
    {
        var document = JsonNode.Parse(await ReadAsync())!;
        List<string> ids = [];
        foreach (var (path, methods) in document["paths"]!.AsObject())
            foreach (var (method, operation) in methods!.AsObject())
            {
                ids.Add((string)operation!["operationId"]!);
                Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), $"{method} {path} has no summary; add WithSummary to its route.");
                foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
                    Assert.False(string.IsNullOrEmpty((string?)parameter!["description"]), $"{method} {path}: nothing tells what {parameter["name"]} is.");
                Assert.True(operation["responses"]!.AsObject().ContainsKey("503"), $"{method} {path} has no documented errors.");
            }
        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task Pages_WorkWithoutTheInternet()
    {
        using var http = _app.Http();
        using var page = await http.GetAsync("/docs/", Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = html.Split("nonce=\"")[1].Split('"')[0];
        Assert.StartsWith($"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/docs/scalar.js", Cancel)).StatusCode);
    }

    private async Task<string> ReadAsync()
    {
        using var http = _app.Http();
        return await http.GetStringAsync("/openapi/v3.json", Cancel) + "\n";
    }
}
