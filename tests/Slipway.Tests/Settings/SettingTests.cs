using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Server.Settings;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Settings;

public sealed class SettingTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task List_HasAllSix_WithFiveFieldsEach()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await owner.Api.Settings.ChangeAsync(uid, "git.branch", "staging", Cancel);
        var (_, body) = await owner.SendAsync(HttpMethod.Get, $"/api/3/stacks/{uid}/settings.json");
        var settings = body["response"]!.AsArray();
        Assert.All(settings, setting => Assert.Equal(["id", "key", "value", "readonly", "warning_text"], setting!.AsObject().Select(pair => pair.Key)));
        Assert.Equal(
            ["allowed.web.source", "asset.prefix", "git.branch", "git.repository", "reconfigure.nginx", "stack.name"],
            settings.Select(setting => (string?)setting!["key"]));
        Assert.Equal("asset-prefix", (string?)settings[1]!["id"]);
        Assert.Equal(
            "[null,\"assets\",\"staging\",\"https://git.example.com/owner/app.git\",false,\"My app\"]",
            new JsonArray([.. settings.Select(setting => setting!["value"]?.DeepClone())]).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal([false, false, false, false, false, true], settings.Select(setting => (bool)setting!["readonly"]!));
        Assert.Equal(6, (int)body["pagination"]!["count"]!);
        foreach (var id in new[] { "git.branch", "git-branch" })
            Assert.Equal("staging", (string?)(await owner.Api.Settings.GetAsync(uid, id, Cancel)).Value);
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Settings.GetAsync(uid, "no.such", Cancel));
    }

    [Theory]
    [InlineData("git.branch", "topic/x", "topic/x")]
    [InlineData("git.repository", "git@git.example.com:owner/other.git", "git@git.example.com:owner/other.git")]
    [InlineData("asset.prefix", "/static/packed/", "static/packed")]
    [InlineData("allowed.web.source", "192.0.2.1, 198.51.100.0/24,2001:db8::/32", "192.0.2.1,198.51.100.0/24,2001:db8::/32")]
    [InlineData("allowed.web.source", "Anywhere", null)]
    [InlineData("allowed.web.source", "", null)]
    [InlineData("reconfigure.nginx", "1", "true")]
    [InlineData("reconfigure.nginx", "enable", "true")]
    public async Task Change_IsSeenAtOnce_AndNamedInItsAction(string key, string value, string? shown)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var action = await owner.Api.Settings.ChangeAsync(uid, key, value, Cancel);
        Assert.Equal(($"stack-set: {key}", "stack"), (action.Action, action.ResourceType));
        Assert.Equal(shown, (await owner.Api.Settings.GetAsync(uid, key, Cancel)).Value?.ToString());
    }

    [Theory]
    [InlineData("stack.name", "Other")]
    [InlineData("git.branch", "")]
    [InlineData("git.branch", "-x")]
    [InlineData("git.branch", "a..b")]
    [InlineData("git.repository", "file:///etc")]
    [InlineData("git.repository", "https://[redacted]@git.example.com/a/b")]
    [InlineData("asset.prefix", "../x")]
    [InlineData("asset.prefix", "a b")]
    [InlineData("asset.prefix", ";}")]
    [InlineData("allowed.web.source", "192.0.2.0/33")]
    [InlineData("allowed.web.source", "127.1")]
    [InlineData("allowed.web.source", "fe80::1%eth0")]
    [InlineData("allowed.web.source", "example.com")]
    [InlineData("allowed.web.source", "192.0.2.7/24")]
    [InlineData("reconfigure.nginx", "false")]
    [InlineData("reconfigure.nginx", "maybe")]
    public async Task Change_RefusesWhatIsNotValid_AndChangesNothing(string key, string value)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var before = (await owner.Api.Settings.GetAsync(uid, key, Cancel)).Value?.ToString();
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Settings.ChangeAsync(uid, key, value, Cancel));
        Assert.Equal(before, (await owner.Api.Settings.GetAsync(uid, key, Cancel)).Value?.ToString());
        Assert.Single((await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task GitRepository_HidesItsToken_AndIsAnalysedAnewBeforeTheFirstDeployment()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await owner.Api.Settings.ChangeAsync(uid, "git.repository", "https://t0ken@git.example.com/a/b.git", Cancel);
        var shown = (string?)(await owner.Api.Settings.GetAsync(uid, "git.repository", Cancel)).Value;
        Assert.DoesNotContain("t0ken", shown, StringComparison.Ordinal);
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Settings.ChangeAsync(uid, "git.repository", shown!, Cancel));
        Assert.Equal(["stack_analyse", "stack-set: git.repository"], (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response.Take(2).Select(action => action.Action));
    }

    [Fact]
    public async Task HostAccess_IsGivenByAdministratorsOfTheAccountOnly_AndIsInListsOfDockerStacks()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, uid));
        Assert.Equal(7, (await owner.Api.Settings.ListAsync(uid, Cancel)).Response.Count);
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await owner.Api.Members.SetRightAsync(1, member.Id, uid, (int)AccessLevel.Admin, Cancel);
        await member.Api.Settings.ChangeAsync(uid, "git.branch", "topic", Cancel);

        var refused = await Assert.ThrowsAsync<SlipwayApiException>(() => member.Api.Settings.ChangeAsync(uid, "docker.host.access", "mounts", Cancel));

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("Only an owner of the account, or a member with the level admin on all of its stacks, can change docker.host.access", refused.Message, StringComparison.Ordinal);
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Settings.ChangeAsync(uid, "docker.host.access", "everything", Cancel));
        Assert.Equal("", (string?)(await member.Api.Settings.GetAsync(uid, "docker.host.access", Cancel)).Value);
        await owner.Api.Settings.ChangeAsync(uid, "docker.host.access", "privileged, mounts", Cancel);
        var setting = await owner.Api.Settings.GetAsync(uid, "docker-host-access", Cancel);
        Assert.Equal(("mounts,privileged", false), ((string?)setting.Value, setting.Readonly));
        Assert.Contains("can then take over its servers", setting.WarningText, StringComparison.Ordinal);
        // What was a mistake of the definition may be none now.
        Assert.Equal("stack_analyse", (await owner.Api.Actions.ListAsync(uid, 1, Cancel)).Response[0].Action);
        var entry = (await owner.Api.Audit.ListAsync(1, new(What: "stack"), 1, Cancel)).Response[0];
        Assert.Contains("host_access", entry.Changes.Single(change => change.Type == "stack").After!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", entry.Changes.Single(change => change.Type == "stack").After!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerName_IsChanged_WithAnActionThatIsPolledUnderTheStack()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        _app.Machines.Add("192.0.2.2");
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"], Name = "Lion" }, Cancel);
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.2", Roles = ["web"], Name = "Tiger" }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        foreach (var refused in new[] { "", "two words", "-x", "x-", "$(id)", new string('a', 31) })
            await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Settings.ChangeOfServerAsync(uid, server.Uid, "server.name", refused, Cancel));
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Settings.ChangeOfServerAsync(uid, server.Uid, "server.name", "tiger", Cancel));
        await AssertStatusAsync(HttpStatusCode.NotFound, () => owner.Api.Settings.ChangeOfServerAsync(uid, server.Uid, "no.such", "x", Cancel));

        var action = await owner.Api.Settings.ChangeOfServerAsync(uid, server.Uid, "server.name", "Panther", Cancel);
        Assert.Equal(("server-set: server.name", "server", $"{server.Id}"), (action.Action, action.ResourceType, action.ResourceId));
        await _app.WorkAsync(uid);
        var ended = await owner.Api.Actions.GetAsync(uid, action.Id, Cancel);
        Assert.True(ended.FinishedSuccess, ended.FinishedMessage);
        Assert.Contains("hostname -- panther", machine.Programs);
        var setting = Assert.Single((await owner.Api.Settings.ListOfServerAsync(uid, server.Uid, Cancel)).Response);
        Assert.Equal(("server-name", "server.name", "Panther", false), (setting.Id, setting.Key, (string?)setting.Value, setting.Readonly));
        Assert.Equal("panther.my-app.slipway.internal", (await owner.Api.Servers.GetAsync(uid, server.Uid, Cancel)).DnsRecord);
    }

    [Fact]
    public async Task ServerName_OfASharedMachine_LeavesItsHostNameAlone()
    {
        var owner = await _app.GivenOwnerAsync();
        var (first, second) = ((await owner.GivenStackAsync("First")).Uid, (await owner.GivenStackAsync("Second")).Uid);
        var machine = _app.Machines.Add("192.0.2.1");
        var server = await owner.Api.Servers.AddAsync(first, new() { Address = "192.0.2.1" }, Cancel);
        await owner.Api.Servers.AddAsync(second, new() { Address = "192.0.2.1" }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        await owner.Api.Settings.ChangeOfServerAsync(first, server.Uid, "server-name", "Panther", Cancel);
        await _app.WorkAsync(first);
        Assert.DoesNotContain(machine.Programs, program => program.StartsWith("hostname", StringComparison.Ordinal));
        Assert.Equal(["skipped"], await _app.InDatabaseAsync(db => db.JournalSteps.Select(step => step.State).ToListAsync(Cancel)));
    }

    [Theory]
    [InlineData(null, true, null)]
    [InlineData("10.0.0.1/32 10.0.0.2", true, "10.0.0.1/32,10.0.0.2")]
    [InlineData("anywhere,10.0.0.1", false, null)]
    public void WebSources_AreReadAsPeopleWriteThem(string? text, bool isValid, string? sources)
    {
        Assert.Equal(isValid, WebSources.TryParse(text ?? " , ", out var read, out _));
        Assert.Equal(sources, read);
    }

    private static async Task AssertStatusAsync(HttpStatusCode status, Func<Task> act) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(act)).Status);
}
