using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Contracts.Hooks;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Hooks;

public sealed class HookTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("", "", true)]
    [InlineData("{}", "", true)]
    [InlineData("""{"status":"passed"}""", "", true)]
    [InlineData("""{"ref":"refs/heads/main","after":"abc"}""", "X-GitHub-Event: push", true)]
    [InlineData("""{"ref":"refs/heads/main","after":"abc"}""", "X-Gitlab-Event: Push Hook", true)]
    [InlineData("""{"push":{"changes":[{"new":{"type":"branch","name":"other"}},{"new":{"type":"branch","name":"main"}}]}}""", "X-Event-Key: repo:push", true)]
    [InlineData("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D", "X-GitHub-Event: push", true)]
    [InlineData("payload=%7B%22ref%22%3A%22refs%2Fheads%2Fother%22%7D", "X-GitHub-Event: push", false)]
    [InlineData("""{"ref":"refs/heads/other"}""", "X-GitHub-Event: push", false)]
    [InlineData("""{"ref":"refs/heads/feature/main"}""", "", false)]
    [InlineData("""{"ref":"refs/tags/main"}""", "X-GitHub-Event: push", false)]
    [InlineData("""{"ref":"refs/heads/main","deleted":true}""", "X-GitHub-Event: push", false)]
    [InlineData("""{"ref":"refs/heads/main","after":"0000000000000000000000000000000000000000"}""", "X-Gitlab-Event: Push Hook", false)]
    [InlineData("""{"push":{"changes":[{"old":{"type":"branch","name":"main"},"new":null}]}}""", "X-Event-Key: repo:push", false)]
    [InlineData("""{"zen":"Keep it logically awesome."}""", "X-GitHub-Event: ping", false)]
    [InlineData("""{"ref":"refs/heads/main"}""", "X-GitHub-Event: issues", false)]
    public async Task Call_DeploysWhatConcernsTheBranch(string body, string header, bool isDeployed)
    {
        var (owner, uid, hook) = await GivenHookAsync();
        var (status, reply) = await CallAsync(hook.Url!, body, header);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True((bool)reply["response"]!["ok"]!);
        var deployments = (await owner.Api.Deployments.ListAsync(uid, 1, Cancel)).Response;
        Assert.Equal(isDeployed ? 1 : 0, deployments.Count);
        if (isDeployed)
            Assert.Equal((2, "hook"), (deployments[0].TriggeredVia.Code, (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response[0].StartedVia));
    }

    [Fact]
    public async Task SecondCall_WhileOneWaits_AddsNone()
    {
        var (owner, uid, hook) = await GivenHookAsync();
        await CallAsync(hook.Url!, "");
        var (status, reply) = await CallAsync(hook.Url!, "");
        Assert.Equal((HttpStatusCode.OK, "A redeployment is queued already"), (status, (string?)reply["response"]!["message"]));
        Assert.Single((await owner.Api.Deployments.ListAsync(uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task WrongAddress_IsNotFound_AndARenewedOneToo()
    {
        var (owner, uid, hook) = await GivenHookAsync();
        var parts = hook.Url!.Split('/');
        Assert.Matches("^[0-9a-f]{32}$", parts[^1]);
        Assert.Matches("^[0-9a-f]{32}$", parts[^2]);
        foreach (var wrong in new[] { $"{parts[^2]}/{new string('0', 32)}", $"{new string('0', 32)}/{parts[^1]}", $"{parts[^1]}/{parts[^2]}", $"{parts[^2]}/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await CallAsync($"/stacks/redeploy/{wrong}", "")).Status);
        var renewed = await owner.Api.Hooks.RenewAsync(uid, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(hook.Url, "")).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(renewed.Url!, "")).Status);
    }

    [Fact]
    public async Task WithASecret_OnlySignedCallsCount()
    {
        var (owner, uid, hook) = await GivenHookAsync();
        const string secret = "correct horse";
        Assert.True((await owner.Api.Hooks.SetSecretAsync(uid, secret, Cancel)).HasSecret);
        const string body = """{"ref":"refs/heads/other"}""";
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
        foreach (var header in new[] { "", "X-Hub-Signature-256: sha256=00", $"X-Hub-Signature-256: {signature[..^1]}", "X-Gitlab-Token: wrong", "X-Hub-Signature-256:" })
            Assert.Equal(HttpStatusCode.Forbidden, (await CallAsync(hook.Url!, body, header)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await CallAsync(hook.Url!, body + " ", $"X-Hub-Signature-256: {signature}")).Status);
        foreach (var header in new[] { $"X-Hub-Signature-256: {signature}", $"X-Hub-Signature: {signature}", $"X-Gitlab-Token: {secret}" })
            Assert.Equal(HttpStatusCode.OK, (await CallAsync(hook.Url!, body, header)).Status);
        Assert.False((await owner.Api.Hooks.SetSecretAsync(uid, null, Cancel)).HasSecret);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(hook.Url!, body)).Status);
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("{\"ref\":\"\\ud800\"}", HttpStatusCode.BadRequest)]
    [InlineData("payload=%7B", HttpStatusCode.BadRequest)]
    public async Task Payload_ThatCannotBeRead_IsRefused(string body, HttpStatusCode status)
    {
        var (_, _, hook) = await GivenHookAsync();
        var reply = await CallAsync(hook.Url!, body);
        Assert.Equal((status, "bad_request"), (reply.Status, (string?)reply.Body["error"]));
    }

    [Fact]
    public async Task Payload_MayNotBeHuge()
    {
        var (_, _, hook) = await GivenHookAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await CallAsync(hook.Url!, new string(' ', (5 * 1024 * 1024) + 1))).Status);
    }

    [Fact]
    public async Task StackThatCannotBeDeployed_SaysWhy()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var (status, body) = await CallAsync((await owner.Api.Hooks.GetAsync(uid, Cancel)).Url!, "");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("not analysed", (string?)body["details"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_ShowsItsHook_OnlyToThoseWhoMayRedeploy()
    {
        var (owner, uid, hook) = await GivenHookAsync();
        Assert.Equal(hook.Url, (await owner.Api.Stacks.GetAsync(uid, Cancel)).RedeployHook);
        Assert.StartsWith("http://127.0.0.1:6600/stacks/redeploy/", hook.Url, StringComparison.Ordinal);
        var deployer = await _app.GivenMemberAsync(AccessLevel.Deploy, "deploy@example.com", "redeploy");
        var viewer = await _app.GivenMemberAsync(AccessLevel.View, "view@example.com");
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "read@example.com", "public");
        Assert.Equal(hook.Url, Assert.Single((await deployer.Api.Stacks.ListAsync(1, Cancel)).Response).RedeployHook);
        Assert.Null((await viewer.Api.Stacks.GetAsync(uid, Cancel)).RedeployHook);
        Assert.Null((await reader.Api.Stacks.GetAsync(uid, Cancel)).RedeployHook);
    }

    private async Task<(Person Owner, string Uid, RedeployHook Hook)> GivenHookAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        await owner.Api.Settings.ChangeAsync(uid, "git.branch", "main", Cancel);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        return (owner, uid, await owner.Api.Hooks.GetAsync(uid, Cancel));
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> CallAsync(string url, string body, string header = "")
    {
        var isForm = body.StartsWith("payload=", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, url[url.IndexOf("/stacks/", StringComparison.Ordinal)..])
        {
            Content = new StringContent(body, Encoding.UTF8, isForm ? "application/x-www-form-urlencoded" : "application/json"),
        };
        if (header.Split(": ") is [var name, var value])
            request.Headers.Add(name, value);
        using var http = _app.Http();
        using var response = await http.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
