using System.Net;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Stacks;

namespace Slipway.Tests.Support;

/// <summary>Somebody who uses the API, with the typed client or with raw requests.</summary>
internal sealed class Person(SlipwayApp app, int id, string email, string token)
{
    public int Id => id;

    public string Email => email;

    public string Token => token;

    public HttpClient Http { get; } = app.Http(token);

    public SlipwayClient Api => new(Http);

    /// <summary>A stack whose analysis is not done yet.</summary>
    public async Task<Stack> GivenStackAsync(string name = "My app") =>
        (await Api.Stacks.CreateAsync(new() { Name = name, Git = "https://git.example.com/owner/app.git" }, TestContext.Current.CancellationToken)).Stack;

    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(text)!);
    }
}
