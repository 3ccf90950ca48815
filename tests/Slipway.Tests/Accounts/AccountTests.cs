using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.Server.Platform.Work;
using Slipway.Server.Setup;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Accounts;

public sealed class AccountTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task UnmanagedServers_AreThereWhenAskedFor()
    {
        var owner = await _app.GivenOwnerAsync();
        var (_, plain) = await owner.SendAsync(HttpMethod.Get, "/api/3/accounts/1.json");
        Assert.False(plain["response"]!.AsObject().ContainsKey("unmanaged_servers"));
        using var content = new StringContent("""{"include_servers":true}""");
        var (_, full) = await owner.SendAsync(HttpMethod.Get, "/api/3/accounts/1.json", content);
        Assert.Empty(full["response"]!["unmanaged_servers"]!.AsArray());
        Assert.Empty(full["response"]!["used_clouds"]!.AsArray());
        using var bad = new StringContent("""{"include_servers":"maybe"}""");
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.SendAsync(HttpMethod.Get, "/api/3/accounts/1.json", bad)).Status);
    }

    [Fact]
    public async Task SecondAccount_IsMadeByOwners_AndChosenByHeader()
    {
        var owner = await _app.GivenOwnerAsync();
        await owner.GivenStackAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<SlipwayApiException>(() => member.Api.Accounts.CreateAsync("Mine", Cancel))).Status);
        var second = await owner.Api.Accounts.CreateAsync("Second", Cancel);
        Assert.Equal(("Second", owner.Email, 0, false), (second.Name, second.Owner, second.StackCount, second.CurrentAccount));

        using var http = _app.Http(owner.Token);
        http.DefaultRequestHeaders.Add("X-Account", $"{second.Id}");
        var there = new SlipwayClient(http);
        Assert.Empty((await there.Stacks.ListAsync(1, Cancel)).Response);
        Assert.True((await there.Accounts.GetAsync(second.Id, Cancel)).CurrentAccount);
        // The same name is free in another account.
        await there.Stacks.CreateAsync(new() { Name = "My app", Git = "https://git.example.com/a/b.git" }, Cancel);
        Assert.Single((await owner.Api.Stacks.ListAsync(1, Cancel)).Response);

        using var wrong = _app.Http(member.Token);
        wrong.DefaultRequestHeaders.Add("X-Account", $"{second.Id}");
        Assert.Equal(HttpStatusCode.BadRequest, (await wrong.GetAsync("/api/3/stacks.json", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" padded")]
    [InlineData("two\nlines")]
    [InlineData("\u202Eevil")]
    public async Task BadNames_AreRefused(string name)
    {
        var owner = await _app.GivenOwnerAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Accounts.CreateAsync(name, Cancel))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Accounts.RenameAsync(1, name, Cancel))).Status);
    }

    [Fact]
    public async Task SuspendedAccount_AnswersWith402_AndSaysWhy()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var second = await owner.Api.Accounts.CreateAsync("Second", Cancel);
        Assert.Equal((0, "Account 1 (My account) is suspended. A running server knows it within 10 seconds.\n"), await RunAsync("suspend", "1", "--reason", "The bill is open."));
        _app.ForgetPeople();

        var (status, body) = await owner.SendAsync(HttpMethod.Get, $"/api/3/stacks/{stack.Uid}.json");
        Assert.Equal((HttpStatusCode.PaymentRequired, "trial_expired"), (status, (string?)body["error"]));
        Assert.Contains("The bill is open.", (string?)body["details"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await owner.SendAsync(HttpMethod.Put, "/api/3/accounts/1.json")).Status);
        Assert.Equal("The bill is open.", (await owner.Api.Accounts.GetAsync(1, Cancel)).Suspended);
        await owner.Api.Users.ListAsync(1, Cancel);
        await owner.Api.Users.GetMeAsync(Cancel);

        using var http = _app.Http(owner.Token);
        http.DefaultRequestHeaders.Add("X-Account", $"{second.Id}");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/3/stacks.json", Cancel)).StatusCode);

        Assert.Equal(0, (await RunAsync("resume", "My account")).Code);
        _app.ForgetPeople();
        await owner.Api.Stacks.GetAsync(stack.Uid, Cancel);
        var entries = (await owner.Api.Audit.ListAsync(1, new(What: "account suspend"), 1, Cancel)).Response;
        Assert.Equal(("console", Environment.UserName), (Assert.Single(entries).Via, entries[0].Who));
    }

    [Fact]
    public async Task SuspendedAccount_HasItsHookRefused_AndItsQueuedWorkWait()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        var stackId = await _app.InDatabaseAsync(db => db.Stacks.Select(row => row.Id).FirstAsync(Cancel));
        var hook = await owner.Api.Hooks.GetAsync(stack.Uid, Cancel);
        var journal = _app.Services.GetRequiredService<ActionJournal>();
        await RunAsync("suspend", "1", "--reason", "The bill is open.");

        using var call = await _app.Http().PostAsync(new Uri(hook.Url!).AbsolutePath, null, Cancel);
        Assert.Equal(HttpStatusCode.PaymentRequired, call.StatusCode);
        Assert.Contains("The bill is open.", await call.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Null(await journal.ClaimNextAsync(new(stackId), Cancel));

        // What has begun goes on, even on another node.
        await _app.ChangeAsync(async db => (await db.Actions.FirstAsync(Cancel)).ClaimedAt = DateTimeOffset.UnixEpoch);
        Assert.NotNull(await journal.ClaimNextAsync(new(stackId), Cancel));

        await _app.ChangeAsync(async db => (await db.Actions.FirstAsync(Cancel)).ClaimedAt = null);
        await RunAsync("resume", "1");
        Assert.NotNull(await journal.ClaimNextAsync(new(stackId), Cancel));
    }

    [Theory]
    [InlineData("99", "There is no account '99'.")]
    [InlineData("no such", "There is no account 'no such'.")]
    public async Task UnknownAccount_IsNotSuspended(string name, string problem)
    {
        await _app.GivenOwnerAsync();
        Assert.Equal((1, problem + "\n"), await RunAsync("suspend", name));
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var code = await ServerCommands.InvokeAsync(_app.Services, ["account", .. arguments], output);
        return (code, output.ToString());
    }
}
