using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>What clients of ten years rely on, whatever the endpoint.</summary>
public sealed class TransportTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("/api/3/stacks")]
    [InlineData("/api/3/stacks.json")]
    [InlineData("/api/3//stacks.json")]
    [InlineData("/api//3/stacks/")]
    [InlineData("http://localhost//api/3/stacks.json")]
    [InlineData("/api/3/stacks/.json")]
    public async Task Path_IsAcceptedAsClientsWriteIt(string path)
    {
        var owner = await _app.GivenOwnerAsync();
        var (status, body) = await owner.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"previous":null,"next":null,"current":1,"per_page":30,"count":0,"pages":1}""", body["pagination"]!.ToJsonString());
    }

    [Theory]
    [InlineData("GET", "/api/3/nothing.json", 404, "not_found")]
    [InlineData("GET", "/api/none", 404, "not_found")]
    [InlineData("PUT", "/api/3/stacks.json", 405, "method_not_allowed")]
    [InlineData("PATCH", "/api/3/users/me", 405, "method_not_allowed")]
    [InlineData("OPTIONS", "/api/3/stacks", 405, "method_not_allowed")]
    [InlineData("GET", "/api/3/stacks.json.json", 404, "not_found")]
    [InlineData("GET", "/api/3/stacks?page=%00", 400, "bad_request")]
    [InlineData("GET", "/api/3/stacks?page=%FF", 400, "bad_request")]
    [InlineData("GET", "/api/3/stacks?page=x", 400, "bad_request")]
    [InlineData("GET", "/api/3/stacks?page=0", 400, "bad_request")]
    [InlineData("GET", "/api/3/stacks?per_page=-1", 400, "bad_request")]
    [InlineData("GET", "/api/3/stacks?page=99999999999", 400, "bad_request")]
    public async Task Failure_HasTheShapeOfAnError(string method, string path, int status, string error)
    {
        var owner = await _app.GivenOwnerAsync();
        var (actual, body) = await owner.SendAsync(new(method), path);
        Assert.Equal((status, error), ((int)actual, (string?)body["error"]));
        Assert.False(string.IsNullOrEmpty((string?)body["error_description"]));
        Assert.True(body.AsObject().ContainsKey("details"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic abc")]
    [InlineData("Bearer")]
    [InlineData("Bearer 0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Request_WithoutValidToken_IsUnauthenticated(string? header)
    {
        using var http = _app.Http();
        if (header is not null)
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        using var response = await http.GetAsync("/api/3/stacks.json", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Contains("unauthenticated", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"A token","scopes":"public,jobs"}""", "application/json")]
    [InlineData("""{"name":"A token","scopes":"public jobs"}""", null)]
    [InlineData("""{"name":"A token","scopes":"public+jobs"}""", "application/x-www-form-urlencoded")]
    [InlineData("name=A+token&scopes=public%20jobs", "application/x-www-form-urlencoded")]
    [InlineData("name=A+token&scopes=public%20jobs", "application/json")]
    [InlineData("name=A+token&scopes=public%20jobs", null)]
    [InlineData("\uFEFF {\"name\":\"A token\",\"scopes\":\"public jobs\"}", "text/plain")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=name\r\n\r\nA token\r\n--x\r\nContent-Disposition: form-data; name=scopes\r\n\r\npublic jobs\r\n--x--\r\n", "multipart/form-data; boundary=x")]
    public async Task Body_IsReadByWhatItHolds(string body, string? type)
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var (status, reply) = await owner.SendAsync(HttpMethod.Post, "/api/3/tokens.json", content);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("A token", "public jobs"), ((string?)reply["response"]!["name"], (string?)reply["response"]!["scopes"]));
    }

    [Theory]
    [InlineData("""{"name":"x" """)]
    [InlineData("""["name"]""")]
    [InlineData("""{"name":"x","name":"y","scopes":""}""")]
    [InlineData("""{"name":"\ud800","scopes":""}""")]
    [InlineData("""{"name":{"a":1},"scopes":""}""")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("nothing that is known")]
    [InlineData("\"name\"")]
    [InlineData("name=x&scopes=%00")]
    [InlineData("name=\uFFFD&scopes=public")]
    public async Task Body_ThatIsNotValid_IsRefused(string body)
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var (status, reply) = await owner.SendAsync(HttpMethod.Post, "/api/3/tokens.json", content);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.False(string.IsNullOrEmpty((string?)reply["details"]));
    }

    [Fact]
    public async Task Body_ThatIsTooLarge_IsRefused()
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new StringContent(new string('x', 1024 * 1024 + 1));
        var (status, reply) = await owner.SendAsync(HttpMethod.Post, "/api/3/tokens.json", content);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "too_large"), (status, (string?)reply["error"]));
    }

    [Fact]
    public async Task Get_TakesParametersFromItsBody()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.Api.Tokens.CreateAsync("second", "public", Cancel);
        using var content = new StringContent("""{"page":"2","per_page":1,"nothing":""}""");
        var (status, reply) = await owner.SendAsync(HttpMethod.Get, "/api/3/tokens.json", content);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"previous":1,"next":null,"current":2,"per_page":1,"count":2,"pages":2}""", reply["pagination"]!.ToJsonString());
        Assert.Equal("Setup", (string?)reply["response"]![0]!["name"]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData(" \n")]
    public async Task Body_WithoutParameters_IsNone(string body)
    {
        var owner = await _app.GivenOwnerAsync();
        using var content = new StringContent(body);
        var (status, _) = await owner.SendAsync(HttpMethod.Get, "/api/3/stacks", content);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Head_IsNotAllowed()
    {
        var owner = await _app.GivenOwnerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/3/stacks.json");
        using var response = await owner.Http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Call_ThatTakesTooLong_TimesOut()
    {
        var owner = await _app.GivenOwnerAsync();
        _app.Machines.Add("192.0.2.9").IsSilent = true;
        var timeouts = _app.Services.GetRequiredService<IOptionsMonitor<RequestTimeoutOptions>>().CurrentValue;
        timeouts.DefaultPolicy = new() { Timeout = TimeSpan.FromMilliseconds(1), TimeoutStatusCode = timeouts.DefaultPolicy!.TimeoutStatusCode };
        var (status, reply) = await owner.SendAsync(HttpMethod.Get, "/api/3/host_key?address=192.0.2.9");
        Assert.Equal((HttpStatusCode.RequestTimeout, "time_out"), (status, (string?)reply["error"]));
    }

    [Fact]
    public async Task PerPage_IsCapped_AndAPageBehindTheLastIsEmpty()
    {
        var owner = await _app.GivenOwnerAsync();
        var (status, reply) = await owner.SendAsync(HttpMethod.Get, "/api/3/tokens?per_page=5000&page=2147483647");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((100, 0, 1), ((int)reply["pagination"]!["per_page"]!, (int)reply["count"]!, (int)reply["pagination"]!["count"]!));
    }

    [Theory]
    [InlineData("0a1b-42", true)]
    [InlineData("two words", false)]
    [InlineData("<script>", false)]
    public async Task RequestId_IsEchoedWhenItIsOne(string id, bool isEchoed)
    {
        using var http = _app.Http();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Request-Id", id);
        using var response = await http.GetAsync("/api/3/stacks", Cancel);
        var answered = Assert.Single(response.Headers.GetValues("Request-Id"));
        Assert.Equal(isEchoed, answered == id);
        Assert.NotEmpty(answered);
    }

    [Fact]
    public async Task Account_IsChosenByHeaderAmongOnesOwn()
    {
        var owner = await _app.GivenOwnerAsync();
        var stranger = await _app.GivenStrangerAsync();
        var strangers = (await stranger.Api.Users.GetMeAsync(Cancel)).PrimaryAccountId;
        owner.Http.DefaultRequestHeaders.Add("X-Account", $"{strangers}");
        var (status, _) = await owner.SendAsync(HttpMethod.Get, "/api/3/stacks");
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task UnexpectedFailure_TellsNothingOfTheServer()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        await _app.ChangeAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE ServerGroups RENAME TO Lost", Cancel));
        var stack = Assert.Single((await owner.Api.Stacks.ListAsync(1, Cancel)).Response);
        var (status, reply) = await owner.SendAsync(HttpMethod.Get, $"/api/3/stacks/{stack.Uid}/server_groups");
        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (status, (string?)reply["error"]));
        Assert.DoesNotContain("ServerGroups", reply.ToJsonString(), StringComparison.Ordinal);
    }
}
