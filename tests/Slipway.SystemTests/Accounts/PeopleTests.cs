using System.Net;
using Slipway.Contracts;
using Slipway.Contracts.Http;
using Slipway.SystemTests.Support;

namespace Slipway.SystemTests.Accounts;

/// <summary>People and the audit trail on PostgreSQL, with two nodes that both write.</summary>
public sealed class PeopleTests(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private const string Password = "correct horse battery";
    private const int Writers = 16;
    private const int Writes = 6;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Places_AreGivenAndTaken_AndTheOtherNodeKnowsWithinASecond()
    {
        var (owner, elsewhere) = (nodes.Owner, nodes.Second.Visitor);
        var account = await owner.Accounts.CreateAsync("Harbour", Cancel);
        var invited = await owner.Members.InviteAsync(account.Id, new() { Email = "mate@example.com", DefaultPermissionLevel = 10 }, Cancel);
        await owner.Members.WithdrawAsync(account.Id, invited.Invitation.Id, Cancel);
        await AssertRefusedAsync(HttpStatusCode.NotFound, () => elsewhere.Members.AcceptAsync(new(TokenOf(invited.Url), Password), Cancel));
        invited = await owner.Members.InviteAsync(account.Id, new() { Email = "mate@example.com", DefaultPermissionLevel = 10 }, Cancel);
        Assert.Equal("Harbour", (await elsewhere.Members.GetOfferAsync(TokenOf(invited.Url), Cancel)).Account);
        await elsewhere.Members.AcceptAsync(new(TokenOf(invited.Url), Password), Cancel);
        var mate = (await owner.Users.ListOfAccountAsync(account.Id, cancellationToken: Cancel)).Response.Single(user => user.Email == "mate@example.com");
        await owner.Members.SetRightAsync(account.Id, mate.Id, await StackAsync(account.Id), 40, Cancel);
        await owner.Users.LockAsync(mate.Id, Cancel);
        Assert.True((await owner.Users.GetAsync(mate.Id, Cancel)).Locked);
        await owner.Users.UnlockAsync(mate.Id, Cancel);
        await AssertRefusedAsync(HttpStatusCode.Conflict, () => owner.Members.InviteAsync(account.Id, new() { Email = mate.Email }, Cancel));

        using var there = TwoNodes.Http(nodes.Second, await TokenOfOwnerAsync());
        there.DefaultRequestHeaders.Add("X-Account", $"{account.Id}");
        Assert.Equal(HttpStatusCode.OK, await TwoNodes.StatusAsync(there));
        await owner.Accounts.TransferAsync(account.Id, mate.Id, Cancel);
        Assert.Equal("member", (await owner.Users.GetMeAsync(Cancel)).Accounts.Single(place => place.Account == account.Id).Role);

        Assert.Equal(0, (await nodes.Second.RunCommandAsync(["account", "suspend", "Harbour"], Cancel)).ExitCode);
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.PaymentRequired, there);
        Assert.Equal(0, (await nodes.Second.RunCommandAsync(["account", "resume", "Harbour"], Cancel)).ExitCode);
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.OK, there);

        var me = await owner.Users.GetMeAsync(Cancel);
        await owner.Members.RemoveAsync(account.Id, me.Id, Cancel);
        // X-Account names an account that is not the caller's any more.
        await TwoNodes.AssertInTimeAsync(HttpStatusCode.BadRequest, there);
    }

    [Fact]
    public async Task Chain_IsWhole_WhenManyWriteAtOnce_OnBothNodes()
    {
        var token = await TokenOfOwnerAsync();
        var clients = Enumerable.Range(0, Writers).Select(number => (number % 2 == 0 ? nodes.First : nodes.Second).ClientFor(token)).ToList();
        await Task.WhenAll(clients.Index().Select(async writer =>
        {
            for (var i = 0; i < Writes; i++)
                await writer.Item.Tokens.CreateAsync($"writer {writer.Index} {i}", "public", Cancel);
        }));

        var account = (await nodes.Owner.Users.GetMeAsync(Cancel)).PrimaryAccountId;
        using var export = await nodes.Owner.Audit.ExportAsync(account, new(), "jsonl", Cancel);
        var entries = (await export.Content.ReadAsStringAsync(Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => System.Text.Json.JsonSerializer.Deserialize(line, SlipwayJson.Default.AuditEntry)!).ToList();
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(number => (long)number), entries.Select(entry => entry.Number));
        Assert.Equal(Writers * Writes, entries.Count(entry => entry.Subject.StartsWith("writer ", StringComparison.Ordinal)));
        var (exitCode, output) = await nodes.First.RunCommandAsync(["audit", "verify"], Cancel);
        Assert.True(exitCode == 0, output);
    }

    private async Task<string> StackAsync(int account)
    {
        using var http = TwoNodes.Http(nodes.First, await TokenOfOwnerAsync());
        http.DefaultRequestHeaders.Add("X-Account", $"{account}");
        return (await new SlipwayClient(http).Stacks.CreateAsync(new() { Name = "Quay", Git = "https://git.example.com/a/b.git" }, Cancel)).Stack.Uid;
    }

    private async Task<string> TokenOfOwnerAsync() =>
        (await nodes.Owner.Tokens.CreateAsync("another", "public redeploy jobs users admin", Cancel)).Token;

    private static string TokenOf(string url) => url.Split("token=")[1];

    private static async Task AssertRefusedAsync(HttpStatusCode status, Func<Task> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<SlipwayApiException>(call)).Status);
}
