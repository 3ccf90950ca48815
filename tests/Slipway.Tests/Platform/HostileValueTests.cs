using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts.Http;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>Whatever people type is refused, or is stored and given back exactly.</summary>
public sealed class HostileValueTests : IAsyncDisposable
{
    public static readonly TheoryData<string> Texts =
    [
        "' OR 1=1 --", "\"; DROP TABLE Stacks; --", "$(touch /tmp/x)", "`id`", "a\nb", "a\r\nSet-Cookie: x=1", "-rf", "--help", "a|b&c;d>e", "%00%0a",
        "\0", "\u202Eevil", "{{7*7}}", "<script>alert(1)</script>", "../../etc/passwd", "'\\''", "\uD83D\uDE00", "a\tb", "~", "*", "\u0000\u001b[31m",
    ];

    private readonly SlipwayApp _app = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_IsRefusedOrKeptExactly(string text)
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        _app.Machines.Add("192.0.2.1");
        var root = $"/api/3/stacks/{stack.Uid}";

        await PostAsync(owner, "/api/3/stacks", new() { ["name"] = text, ["git"] = "https://git.example.com/a/b.git" }, reply => reply["stack"]!["name"]);
        await PostAsync(owner, "/api/3/stacks", new() { ["name"] = "x", ["git"] = text }, _ => null);
        await PostAsync(owner, "/api/3/stacks", new() { ["name"] = "y", ["environment"] = text, ["git"] = "git@h.example.com:a/b" }, reply => reply["stack"]!["environment"]);
        await PostAsync(owner, "/api/3/stacks", new() { ["name"] = "z", ["git_branch"] = text, ["git"] = "git@h.example.com:a/b" }, reply => reply["stack"]!["git_branch"]);
        await PostAsync(owner, "/api/3/tokens", new() { ["name"] = text, ["scopes"] = "public" }, reply => reply["name"]);
        await PostAsync(owner, "/api/3/tokens", new() { ["name"] = "x", ["scopes"] = text }, reply => reply["scopes"]);
        await PostAsync(owner, $"{root}/environments", new() { ["key"] = text, ["value"] = "x" }, _ => null);
        await PostAsync(owner, $"{root}/deployments", new() { ["git_ref"] = text }, _ => null);
        foreach (var field in new[] { "address", "user_name", "name", "host_key", "roles", "private_key" })
            await PostAsync(owner, $"{root}/servers", new() { ["address"] = "192.0.2.1", [field] = text }, _ => null);

        // Control characters other than tab and line feed cannot be given to a process, so they are refused.
        var isPossible = !text.Any(character => char.IsControl(character) && character is not ('\n' or '\t'));
        Assert.Equal(
            isPossible ? HttpStatusCode.OK : HttpStatusCode.BadRequest,
            await PostAsync(owner, $"{root}/environments", new() { ["key"] = "HOSTILE", ["value"] = text }, _ => null));
        if (isPossible)
            Assert.Equal(text, (await owner.Api.Environments.GetAsync(stack.Uid, "HOSTILE", TestContext.Current.CancellationToken)).Value);
    }

    private static async Task<HttpStatusCode> PostAsync(Person person, string path, JsonObject values, Func<JsonNode, JsonNode?> echo)
    {
        using var content = new StringContent(values.ToJsonString());
        var (status, body) = await person.SendAsync(HttpMethod.Post, path, content);
        if (status == HttpStatusCode.OK)
        {
            var kept = (string?)echo(body["response"]!);
            Assert.True(kept is null || values.Any(value => (string?)value.Value == kept), $"{path} kept {JsonSerializer.Serialize(kept)}");
        }
        else
        {
            Assert.InRange((int)status, 400, 499);
            Assert.NotEqual(ApiErrors.InternalError, (string?)body["error"]);
        }
        return status;
    }
}
