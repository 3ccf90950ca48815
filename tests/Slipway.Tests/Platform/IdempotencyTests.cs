using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Tests.Support;

namespace Slipway.Tests.Platform;

/// <summary>A client that got no answer asks again with the same Idempotency-Key, and nothing is done twice.</summary>
public sealed class IdempotencyTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task SameKeyAndBody_GetTheSameAnswer_AndAreDoneOnce()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var path = $"/api/3/stacks/{stack.Uid}/environments.json";
        var first = await PostAsync(owner, path, "k-1", """{"key":"A","value":"b"}""");
        var again = await PostAsync(owner, path, "k-1", """{"key":"A","value":"b"}""");
        Assert.Equal((HttpStatusCode.OK, false), (first.Status, first.IsReplayed));
        Assert.Equal((HttpStatusCode.OK, true), (again.Status, again.IsReplayed));
        Assert.Equal(first.Body.ToJsonString(), again.Body.ToJsonString());
        Assert.Equal(2, await _app.InDatabaseAsync(db => db.Actions.CountAsync(Cancel)));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(owner, path, "k-2", """{"key":"A","value":"b"}""")).Status);
    }

    [Fact]
    public async Task SameKey_ForSomethingElse_IsAConflict_AndIsAnothersOwnAffair()
    {
        var owner = await _app.GivenOwnerAsync();
        await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""");
        var other = await PostAsync(owner, "/api/3/tokens", "k", """{"name":"b","scopes":"public"}""");
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Contains("another request", (string?)other.Body["details"], StringComparison.Ordinal);
        var stranger = await PostAsync(await _app.GivenStrangerAsync(), "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""");
        Assert.Equal((HttpStatusCode.OK, false), (stranger.Status, stranger.IsReplayed));
    }

    [Fact]
    public async Task RefusedRequest_IsNotRemembered()
    {
        var owner = await _app.GivenOwnerAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(owner, "/api/3/tokens", "k", """{"name":"","scopes":"public"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(owner, "/api/3/tokens", new('k', 256), """{"name":"a","scopes":"public"}""")).Status);
    }

    [Fact]
    public async Task AnswerThatWasLost_IsNotDoneAgain()
    {
        var owner = await _app.GivenOwnerAsync();
        await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""");
        await _app.ChangeAsync(db => db.IdempotentRequests.ExecuteUpdateAsync(set => set.SetProperty(row => row.Answer, (Engine.Secret?)null), Cancel));
        var again = await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""");
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal(2, await _app.InDatabaseAsync(db => db.AccessTokens.CountAsync(Cancel)));
    }

    [Fact]
    public async Task AnswerThatWasLost_NamesTheActionThatWasBegun()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var (deploy, act) = ($"/api/3/stacks/{uid}/deployments.json", $"/api/3/stacks/{uid}/actions.json");
        var deployed = (await PostAsync(owner, deploy, "k-1", "{}")).Body["response"]!;
        var acted = (await PostAsync(owner, act, "k-2", """{"command":"clear_caches"}""")).Body["response"]!;
        await _app.ChangeAsync(db => db.IdempotentRequests.ExecuteUpdateAsync(set => set.SetProperty(row => row.Answer, (Engine.Secret?)null), Cancel));

        var deployedAgain = await PostAsync(owner, deploy, "k-1", "{}");
        var actedAgain = await PostAsync(owner, act, "k-2", """{"command":"clear_caches"}""");
        Assert.Equal((HttpStatusCode.OK, true), (deployedAgain.Status, deployedAgain.IsReplayed));
        Assert.Equal((int)deployed["async_action_id"]!, (int)deployedAgain.Body["response"]!["async_action_id"]!);
        Assert.Equal((int)deployed["deployment_id"]!, (int)deployedAgain.Body["response"]!["deployment_id"]!);
        Assert.Equal((HttpStatusCode.OK, true), (actedAgain.Status, actedAgain.IsReplayed));
        Assert.Equal((int)acted["id"]!, (int)actedAgain.Body["response"]!["id"]!);
    }

    [Fact]
    public async Task RequestThatJoinedAnother_IsRemembered()
    {
        var (owner, uid) = await GivenDeployableAsync();
        var path = $"/api/3/stacks/{uid}/deployments.json";
        await PostAsync(owner, path, "k-1", "{}");
        var joined = await PostAsync(owner, path, "k-2", "{}");
        await _app.ChangeAsync(Given.FinishActionsAsync);
        var again = await PostAsync(owner, path, "k-2", "{}");
        Assert.True(again.IsReplayed);
        Assert.Equal(joined.Body.ToJsonString(), again.Body.ToJsonString());
    }

    [Fact]
    public async Task Answer_IsSealed_WhereItIsKept()
    {
        var owner = await _app.GivenOwnerAsync();
        var made = await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""");
        var token = (string)made.Body["response"]!["token"]!;
        var kept = await _app.InDatabaseAsync(db => db.Database.SqlQuery<string>($"SELECT Answer AS Value FROM IdempotentRequests").SingleAsync(Cancel));
        Assert.DoesNotContain(token, kept, StringComparison.Ordinal);
        Assert.Equal(token, (string?)(await PostAsync(owner, "/api/3/tokens", "k", """{"name":"a","scopes":"public"}""")).Body["response"]!["token"]);
    }

    private async Task<(Person Owner, string Uid)> GivenDeployableAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        return (owner, uid);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body, bool IsReplayed)> PostAsync(Person person, string path, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await person.Http.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!, response.Headers.Contains("Idempotent-Replayed"));
    }
}
