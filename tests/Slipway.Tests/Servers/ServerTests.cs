using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Servers;
using Slipway.Engine;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Servers;

public sealed class ServerTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Add_EnrolsTheMachine_AndGivesItsServerNameRolesAndGroup()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid, components: ["postgresql", "mongodb"]));

        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        Assert.Matches("^[A-Z][a-z]+$", server.Name);
        Assert.Equal(["sinatra", "postgresql", "web", "app", "db"], server.ServerRoles);
        Assert.Equal(("debian", "12", machine.HostKey, true), (server.Distro, server.DistroVersion, server.HostKey, server.HasAgent));
        Assert.Equal(("192.0.2.1", "10.1.1.1", "2001:db8::1"), (server.ExtIpv4, server.IntIpv4, server.ExtIpv6));
        var group = Assert.Single((await owner.Api.ServerGroups.ListAsync(uid, 1, Cancel)).Response);
        Assert.Equal((server.ServerGroupId, "Sinatra Server", "sinatra"), (group.Id, group.Name, group.Type));
        Assert.Equal(group, await owner.Api.ServerGroups.GetAsync(uid, group.Id, Cancel));
        Assert.Equal(server.Uid, (await owner.Api.Servers.GetAsync(uid, server.Uid, Cancel)).Uid);
    }

    [Fact]
    public async Task Add_WithPastedKey_LetsTheStacksKeyIn_AndForgetsThePastedOne()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var pasted = SshKeyPair.Create("person");
        var machine = _app.Machines.Add("192.0.2.1", letsAllIn: false);
        var keys = machine.Files["/home/deploy/.ssh/authorized_keys"] = pasted.Public;

        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", UserName = "deploy" }, Cancel));
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", UserName = "deploy", PrivateKey = pasted.Private.Reveal() }, Cancel);
        var stackKey = (await owner.Api.Stacks.GetKeysAsync(uid, Cancel)).SshPublicKey;
        Assert.Equal($"{keys}\n{stackKey}\n", machine.Files["/home/deploy/.ssh/authorized_keys"]);
        Assert.Equal(SshKeyPair.FromPrivate(pasted.Private).Private.Reveal(), Assert.Single(_app.Machines.Dropped));
    }

    [Fact]
    public async Task HostKey_IsPinnedForTheAccount()
    {
        var owner = await _app.GivenOwnerAsync();
        var (first, second) = ((await owner.GivenStackAsync("First")).Uid, (await owner.GivenStackAsync("Second")).Uid);
        var machine = _app.Machines.Add("192.0.2.1");
        Assert.Equal(machine.HostKey, (await owner.Api.Servers.GetHostKeyAsync("192.0.2.1", 22, Cancel)).Fingerprint);
        await owner.Api.Servers.AddAsync(first, new() { Address = "192.0.2.1", HostKey = machine.HostKey }, Cancel);
        var other = "SHA256:" + new string('B', 43);
        var conflict = await AssertStatusAsync(
            HttpStatusCode.Conflict, () => owner.Api.Servers.AddAsync(second, new() { Address = "192.0.2.1", HostKey = other }, Cancel));
        Assert.Contains(machine.HostKey, conflict.Message, StringComparison.Ordinal);
        Assert.Contains(other, conflict.Message, StringComparison.Ordinal);
        machine.HostKey = other;
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Servers.AddAsync(second, new() { Address = "192.0.2.1" }, Cancel));
    }

    [Fact]
    public async Task Machine_CanServeTwoStacks_ButHasOnePlaceInEach()
    {
        var owner = await _app.GivenOwnerAsync();
        var (first, second) = ((await owner.GivenStackAsync("First")).Uid, (await owner.GivenStackAsync("Second")).Uid);
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(first, new() { Address = "192.0.2.1" }, Cancel);
        await owner.Api.Servers.AddAsync(second, new() { Address = "192.0.2.1" }, Cancel);
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Servers.AddAsync(first, new() { Address = "192.0.2.1" }, Cancel));
        Assert.Single((await owner.Api.Servers.ListAsync(first, 1, Cancel)).Response);
    }

    [Fact]
    public async Task CreateStack_WithServers_EnrolsAllOrMakesNothing()
    {
        var owner = await _app.GivenOwnerAsync();
        _app.Machines.Add("192.0.2.1");
        AddServer[] servers = [new() { Address = "192.0.2.1", Roles = ["web"] }, new() { Address = "192.0.2.2", Roles = ["redis", "postgresql"] }];
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => CreateAsync(owner, servers));
        Assert.Empty((await owner.Api.Stacks.ListAsync(1, Cancel)).Response);

        _app.Machines.Add("192.0.2.2");
        await CreateAsync(owner, servers);
        var uid = Assert.Single((await owner.Api.Stacks.ListAsync(1, Cancel)).Response).Uid;
        var made = (await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response;
        Assert.Equal(["rack", "web", "app"], made[0].ServerRoles);
        Assert.Equal(["postgresql", "redis", "db"], made[1].ServerRoles);
        Assert.Equal(["Rack Server", "PostgreSQL Server"], (await owner.Api.ServerGroups.ListAsync(uid, 1, Cancel)).Response.Select(group => group.Name));
    }

    [Theory]
    [InlineData("-oProxyCommand=id", 22, "root", null, null)]
    [InlineData("192.0.2.1", 0, "root", null, null)]
    [InlineData("192.0.2.1", 22, "root; id", null, null)]
    [InlineData("192.0.2.1", 22, "root", "two words", null)]
    [InlineData("192.0.2.1", 22, "root", "$(id)", null)]
    [InlineData("192.0.2.1", 22, "root", null, "web;id")]
    public async Task Add_RefusesWhatIsNotValid(string address, int port, string user, string? name, string? role)
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        AddServer request = new() { Address = address, Port = port, UserName = user, Name = name, Roles = role is null ? [] : [role] };
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Servers.AddAsync(uid, request, Cancel));
        Assert.Empty((await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response);
    }

    [Fact]
    public async Task Remove_KeepsServersWithData_AndTakesTheStackOffTheOthers()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        _app.Machines.Add("192.0.2.2");
        var web = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        var data = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.2", Roles = ["redis"] }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        await AssertStatusAsync(HttpStatusCode.Conflict, () => owner.Api.Servers.RemoveAsync(uid, data.Uid, cancellationToken: Cancel));
        var action = await owner.Api.Servers.RemoveAsync(uid, web.Uid, cancellationToken: Cancel);
        Assert.Equal(("server_remove", "server", $"{web.Id}"), (action.Action, action.ResourceType, action.ResourceId));
        await _app.WorkAsync(uid);
        Assert.Null((await owner.Api.Actions.GetAsync(uid, action.Id, Cancel)).FinishedMessage);
        Assert.Contains("systemctl stop -- slipway-my_app-*@*.service", machine.Programs);
        Assert.Contains("/etc/nginx/conf.d/slipway-my_app.conf", machine.Removed);
        Assert.Equal(data.Uid, Assert.Single((await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response).Uid);
    }

    [Fact]
    public async Task Remove_OfAMachineThatIsGone_NeedsForce()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", Roles = ["web"] }, Cancel);
        await _app.ChangeAsync(Given.FinishActionsAsync);
        machine.HostKey = "SHA256:" + new string('C', 43);
        var failed = await owner.Api.Servers.RemoveAsync(uid, server.Uid, cancellationToken: Cancel);
        await _app.WorkAsync(uid);
        Assert.Contains("force=1", (await owner.Api.Actions.GetAsync(uid, failed.Id, Cancel)).FinishedMessage, StringComparison.Ordinal);
        Assert.Single((await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response);
        await owner.Api.Servers.RemoveAsync(uid, server.Uid, force: true, Cancel);
        await _app.WorkAsync(uid);
        Assert.Empty((await owner.Api.Servers.ListAsync(uid, 1, Cancel)).Response);
        // With its last server the machine is forgotten, so it may come back with another key.
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1", HostKey = machine.HostKey }, Cancel);
    }

    [Fact]
    public async Task Repin_TakesAMachineOnAgain_WithTheComparedKeyOnly()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        var machine = _app.Machines.Add("192.0.2.1");
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        await _app.ChangeAsync(async db => (await db.Servers.FirstAsync(Cancel)).ProvisionedDigest = "digest");
        machine.HostKey = "SHA256:" + new string('D', 43);
        var wrong = await AssertStatusAsync(
            HttpStatusCode.Conflict, () => owner.Api.Servers.RepinAsync(uid, server.Uid, new() { HostKey = "SHA256:" + new string('E', 43) }, Cancel));
        Assert.Contains(machine.HostKey, wrong.Message, StringComparison.Ordinal);
        var again = await owner.Api.Servers.RepinAsync(uid, server.Uid, new() { HostKey = machine.HostKey }, Cancel);
        Assert.Equal((machine.HostKey, false), (again.HostKey, again.Params.WasBaselined));
        await AssertStatusAsync(HttpStatusCode.BadRequest, () => owner.Api.Servers.RepinAsync(uid, server.Uid, new() { HostKey = "x" }, Cancel));
    }

    [Fact]
    public async Task PrivateKey_NeedsTheScopeAndTheLevel_AndIsTheStacks()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        _app.Machines.Add("192.0.2.1");
        var server = await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        var path = $"/api/3/stacks/{uid}/servers/{server.Uid}.json";
        var plain = (await owner.SendAsync(HttpMethod.Get, path)).Body["response"]!.AsObject();
        Assert.False(plain.ContainsKey("ssh_private_key") || plain.ContainsKey("private_key"));
        foreach (var value in new[] { "1", "\"1\"", "true" })
        {
            using var body = new StringContent($$"""{"include_private_key":{{value}}}""");
            var (status, reply) = await owner.SendAsync(HttpMethod.Get, path, body);
            Assert.Equal(HttpStatusCode.OK, status);
            var key = (string)reply["response"]!["ssh_private_key"]!;
            Assert.Equal(key, (string?)reply["response"]!["private_key"]);
            Assert.Equal((await owner.Api.Stacks.GetKeysAsync(uid, Cancel)).SshPublicKey.Split(' ')[1], SshKeyPair.FromPrivate(new(key)).Public.Split(' ')[1]);
        }
        var withoutScope = await _app.GivenMemberAsync(AccessLevel.Admin, "scope@example.com", "public", "redeploy");
        var withoutLevel = await _app.GivenMemberAsync(AccessLevel.Control, "level@example.com");
        var allowed = await _app.GivenMemberAsync(AccessLevel.Shell, "shell@example.com");
        Assert.Equal(HttpStatusCode.Forbidden, (await withoutScope.SendAsync(HttpMethod.Get, path + "?include_private_key=1")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await withoutLevel.SendAsync(HttpMethod.Get, path + "?include_private_key=1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await withoutScope.SendAsync(HttpMethod.Get, path + "?include_private_key=0")).Status);
        Assert.Equal(3, await _app.InDatabaseAsync(db => db.AuditEntries.CountAsync(entry => entry.SubjectType == "private_key" && entry.Subject == server.Name, Cancel)));
        Assert.NotNull((await allowed.Api.Servers.GetWithPrivateKeyAsync(uid, server.Uid, Cancel)).SshPrivateKey);
    }

    private static Task CreateAsync(Person owner, AddServer[] servers) =>
        owner.Api.Stacks.CreateAsync(new() { Name = "Shop", Git = "https://git.example.com/a/b.git", Servers = servers, Deploy = true }, Cancel);

    private static async Task<SlipwayApiException> AssertStatusAsync(HttpStatusCode status, Func<Task> act)
    {
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(act);
        Assert.Equal(status, exception.Status);
        return exception;
    }
}
