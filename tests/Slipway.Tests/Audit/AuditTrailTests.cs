using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Audit;
using Slipway.Contracts.Http;
using Slipway.Server.Users;
using Slipway.Tests.Dashboard;
using Slipway.Tests.Support;

namespace Slipway.Tests.Audit;

public sealed class AuditTrailTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Entry_SaysWho_WithWhat_FromWhere_AndWhatChanged()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await owner.Api.Members.ChangeAsync(1, member.Id, new() { DefaultPermissionLevel = 20 }, Cancel);
        var entry = (await owner.Api.Audit.ListAsync(1, new(), 1, Cancel)).Response[0];
        Assert.Equal((owner.Id, owner.Email, "api", "token 1 (Setup)"), (entry.UserId, entry.Who, entry.Via, entry.Credential));
        Assert.Equal(("PUT /accounts/{accountId}/members/{userId}", "membership", member.Email), (entry.Operation, entry.SubjectType, entry.Subject));
        var change = Assert.Single(entry.Changes);
        Assert.Equal(("changed", """{"default_level":"view"}""", """{"default_level":"deploy"}"""), (change.Change, change.Before?.ToJsonString(), change.After?.ToJsonString()));

        await owner.Api.Environments.AddAsync(stack.Uid, "API_KEY", "s3cret-value-1", Cancel);
        await owner.Api.Environments.ChangeAsync(stack.Uid, "API_KEY", "s3cret-value-2", Cancel);
        entry = (await owner.Api.Audit.ListAsync(1, new(What: "environment_variable"), 1, Cancel)).Response[0];
        Assert.Equal((stack.Uid, "API_KEY"), (entry.Stack, entry.Subject));
        Assert.Equal("""{"value":"(secret)"}""", entry.Changes.Single(row => row.Type == "environment_variable").After?.ToJsonString());
        Assert.Contains(entry.Changes, row => row is { Type: "action", Change: "added", Name: "env-var-update" });
    }

    [Fact]
    public async Task Trail_HoldsNoSecret()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await owner.Api.Environments.AddAsync(stack.Uid, "KEY", "s3cret-value", Cancel);
        var token = await owner.Api.Tokens.CreateAsync("CI", "public", Cancel);
        var invitation = await owner.Api.Members.InviteAsync(1, new() { Email = "new@example.com" }, Cancel);
        await owner.Api.Users.AddDeviceAsync(owner.Id, new("push-token-of-a-device", 2), Cancel);
        await owner.Api.Stacks.CreateAsync(new() { Name = "Other", Git = "https://user:passw0rd@git.example.com/a/b.git" }, Cancel);
        var (text, secrets) = await _app.InDatabaseAsync(async db =>
        {
            var entries = await db.AuditEntries.ToListAsync(Cancel);
            var keys = await db.Stacks.Select(row => row.SshPrivateKey).ToListAsync(Cancel);
            var hashes = await db.AccessTokens.Select(row => row.Hash).Concat(db.Invitations.Select(row => row.TokenHash)).ToListAsync(Cancel);
            var passwords = await db.Users.Select(row => row.PasswordHash!).ToListAsync(Cancel);
            return (JsonSerializer.Serialize(entries), (string[])[.. keys.Select(key => key.Reveal().Split('\n')[1]), .. hashes, .. passwords]);
        });
        string[] all =
        [
            .. secrets, "s3cret-value", token.Token, invitation.Url.Split("token=")[1], "push-token-of-a-device", "passw0rd", SlipwayApp.Password, owner.Token,
        ];
        Assert.All(all, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Contains("new@example.com", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_Lockout_Password_AndSecondFactor_AreWrittenDown()
    {
        var owner = await _app.GivenOwnerAsync();
        var browser = await new Visitor(_app).SignInAsync(owner.Email);
        await browser.OpenAsync("/profile");
        await browser.SendAsync("/profile/password", ("current", SlipwayApp.Password), ("password", "another horse battery"));
        await browser.SendAsync("/session/end");
        for (var i = 0; i < 7; i++)
            await new Visitor(_app).SignInAsync(owner.Email, "wrong wrong wrong");
        await new Visitor(_app).SignInAsync("nobody@example.com", "wrong wrong wrong");

        var entries = (await owner.Api.Audit.ListAsync(1, new(What: "user"), 1, Cancel)).Response;
        var lockout = entries[0];
        Assert.Equal(("not signed in", "POST /session", owner.Email), (lockout.Who, lockout.Operation, lockout.Subject));
        Assert.NotNull(Assert.Single(lockout.Changes).After?["lockout_end"]);
        var password = entries[1];
        Assert.Equal((owner.Email, "web", "POST /profile/password", """{"password_hash":"(secret)"}"""),
            (password.Who, password.Via, password.Operation, password.Changes[0].After?.ToJsonString()));
        Assert.Matches("^session [0-9a-f]{12}$", password.Credential);
        var signIn = entries[2];
        Assert.Equal((owner.Email, "POST /session", password.Credential), (signIn.Who, signIn.Operation, signIn.Credential));
        Assert.NotNull(Assert.Single(signIn.Changes).After?["last_login_at"]);

        var more = (await owner.Api.Audit.ListAsync(1, new(What: "sign_in"), 1, Cancel)).Response;
        // The fifth begins the rest, and those after it are not looked at.
        Assert.All(more.Take(4), entry => Assert.Equal(
            ("not signed in", "POST /session", owner.Email, "refused", """{"wrong":"password"}"""),
            (entry.Who, entry.Operation, entry.Subject, entry.Changes[0].Change, entry.Changes[0].After?.ToJsonString())));
        Assert.Equal(5, more.Count);
        Assert.Equal((owner.Email, "POST /session/end", "ended", password.Credential),
            (more[4].Who, more[4].Operation, more[4].Changes[0].Change, more[4].Credential));
    }

    [Fact]
    public async Task Filters_NarrowTheList()
    {
        var owner = await _app.GivenOwnerAsync();
        var first = await owner.GivenStackAsync("First");
        var second = await owner.GivenStackAsync("Second");
        await owner.Api.Environments.AddAsync(second.Uid, "A", "b", Cancel);
        var all = await owner.Api.Audit.ListAsync(1, new(), 1, Cancel);
        Assert.Equal(["environment_variable", "stack", "stack"], all.Response.Take(3).Select(entry => entry.SubjectType));
        Assert.Equal(["First"], (await ListAsync(new(Stack: first.Uid))).Select(entry => entry.Subject));
        Assert.Equal(["A", "Second"], (await ListAsync(new(Stack: second.Uid))).Select(entry => entry.Subject));
        Assert.Equal(2, (await ListAsync(new(What: "POST /stacks"))).Count);
        Assert.Empty(await ListAsync(new(Who: "somebody@else.example")));
        Assert.Empty(await ListAsync(new(Since: all.Response[0].Time.AddHours(1))));
        Assert.Equal(all.Pagination.Count, (await ListAsync(new(Until: all.Response[0].Time.AddHours(1)))).Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.SendAsync(HttpMethod.Get, "/api/3/accounts/1/audit?since=yesterday")).Status);

        async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter) => (await owner.Api.Audit.ListAsync(1, filter, 1, Cancel)).Response;
    }

    [Fact]
    public async Task Export_GivesTablesWithoutFormulas_AndJsonLines()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync("=HYPERLINK(\"x\")");
        var csv = await ReadAsync("csv");
        Assert.StartsWith("number,time,who,", csv, StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\")\"", csv, StringComparison.Ordinal);
        var lines = (await ReadAsync("jsonl")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var entries = lines.Select(line => JsonSerializer.Deserialize(line, SlipwayJson.Default.AuditEntry)!).ToList();
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(number => (long)number), entries.Select(entry => entry.Number));
        Assert.Equal("=HYPERLINK(\"x\")", entries[^1].Subject);
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<SlipwayApiException>(() => ReadAsync("xls"))).Status);

        async Task<string> ReadAsync(string format)
        {
            using var response = await owner.Api.Audit.ExportAsync(1, new(), format, Cancel);
            return await response.Content.ReadAsStringAsync(Cancel);
        }
    }

    [Fact]
    public async Task Trail_IsForThoseWhoManageTheAccount_WithTheScopeAdmin()
    {
        await _app.GivenOwnerAsync();
        var reader = await _app.GivenMemberAsync(AccessLevel.Admin, "reader@example.com", "public", "users");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.SendAsync(HttpMethod.Get, "/api/3/accounts/1/audit")).Status);
        var member = await _app.GivenMemberAsync(AccessLevel.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.SendAsync(HttpMethod.Get, "/api/3/accounts/1/audit/export")).Status);
    }

    [Theory]
    [InlineData(null, "203.0.113.9", "192.0.2.1")]
    [InlineData("192.0.2.0/24", "203.0.113.9", "203.0.113.9")]
    [InlineData("192.0.2.1", "198.51.100.66, 203.0.113.9", "203.0.113.9")]
    [InlineData("192.0.2.2", "203.0.113.9", "192.0.2.1")]
    public async Task Address_IsTheClients_AsFarAsAProxyIsTrusted(string? trusted, string forwarded, string expected)
    {
        await using var app = new SlipwayApp { Replace = services => Peer.Install(services, "192.0.2.1") };
        if (trusted is not null)
            app.Settings["Slipway:Proxies:Trusted:0"] = trusted;
        var owner = await app.GivenOwnerAsync();
        owner.Http.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        await owner.Api.Tokens.CreateAsync("CI", "public", Cancel);
        Assert.Equal(expected, (await owner.Api.Audit.ListAsync(1, new(), 1, Cancel)).Response[0].Address);
    }
}
