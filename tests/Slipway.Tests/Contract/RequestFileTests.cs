using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Tests.Conventions;
using Slipway.Tests.Support;

namespace Slipway.Tests.Contract;

/// <summary>Sends what the files in requests/ have people try.</summary>
public sealed partial class RequestFileTests : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "requests");

    private readonly SlipwayApp _app = new();

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.http").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EveryRequest_IsKnown(string file)
    {
        var world = await World.CreateAsync(_app);
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        var known = world.Variables;
        foreach (var variable in Variable().Matches(text).Select(match => match.Groups[1].Value))
            Assert.True(known.ContainsKey(variable), $"{nameof(World)} has no value for @{variable} of {file}.");
        var requests = Filled().Replace(text, match => known[match.Groups[1].Value]).Split("\n### ")[1..];
        Assert.NotEmpty(requests);
        foreach (var request in requests)
        {
            var (head, body) = (request.Split("\n\n")[0].Split('\n'), request.Split("\n\n", 2)[^1].Trim());
            using var content = head.Any(line => line.StartsWith("Content-Type", StringComparison.Ordinal)) ? new StringContent(body, Encoding.UTF8, "application/json") : null;
            var (status, reply) = await world.Owner.SendAsync(new(head[1].Split(' ')[0]), head[1].Split(' ')[1], content);
            Assert.True(
                status is not (HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or >= HttpStatusCode.InternalServerError),
                $"{file}, {head[0]}: {head[1]} answered {status}: {reply.ToJsonString()}");
        }
    }

    [Fact]
    public void EveryResource_HasAFile()
    {
        var asked = Directory.EnumerateFiles(Folder, "*.http").SelectMany(File.ReadAllLines)
            .Select(line => Asked().Match(line)).Where(match => match.Success)
            .Select(match => $"{match.Groups[1]} {Filled().Replace(match.Groups[2].Value, "{}").Replace("/GREETING", "/{}", StringComparison.Ordinal)}").ToHashSet();
        string[] notForFiles = ["POST /setup", "GET /stacks/{}/actions/{}/events", "GET /stacks/{}/containers/{}/log/events", "GET /stacks/{}/containers/{}/terminal", "GET /stacks/{}/services/{}/log/events", "GET /accounts/{}/audit/export"];
        var missing = World.Routes(_app).Select(route => $"{route.Method} {route.Shape}").Except(asked).Except(notForFiles);
        Assert.Equal([], missing);
    }

    [GeneratedRegex("^@([a-z_]+) =", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{([a-z_]+)\}\}")]
    private static partial Regex Filled();

    [GeneratedRegex(@"^([A-Z]+) \{\{host\}\}/api/3([^.?]*)\.json")]
    private static partial Regex Asked();
}
