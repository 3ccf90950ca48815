using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Audit;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Setup;
using Slipway.Tests.Support;

namespace Slipway.Tests.Audit;

/// <summary>Somebody with the database alone, and without the master key, cannot change the trail unseen.</summary>
public sealed class AuditChainTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Trail_IsWhole_AsItWasWritten()
    {
        await GivenEntriesAsync();
        var (code, output) = await VerifyAsync();
        Assert.True(code == 0, output);
        Assert.Matches(@"account 1: \d+ entries, whole", output);
    }

    [Theory]
    [InlineData("Who", "somebody@else.example")]
    [InlineData("Via", "console")]
    [InlineData("Credential", "token 99")]
    [InlineData("Address", "192.0.2.99")]
    [InlineData("RequestId", "other")]
    [InlineData("Operation", "GET /ping")]
    [InlineData("SubjectType", "server")]
    [InlineData("Subject", "Other")]
    [InlineData("StackUid", "0")]
    [InlineData("Changes", "[]")]
    [InlineData("UserId", "99")]
    [InlineData("Time", "1")]
    [InlineData("Hash", "0000")]
    public async Task ChangedRow_IsFound(string column, string value)
    {
        await GivenEntriesAsync();

        await DoAsync($"UPDATE AuditEntries SET {column} = {{0}} WHERE AccountId = 1 AND Number = 3", value);

        await AssertBrokenAsync("entry 3 is not what was written");
    }

    [Fact]
    public async Task ChangedRow_WithItsHashMadeAnew_BreaksTheNext()
    {
        await GivenEntriesAsync();
        await _app.ChangeAsync(async db =>
        {
            var before = await db.AuditEntries.FirstAsync(entry => entry.AccountId == 1 && entry.Number == 2, Cancel);
            var entry = await db.AuditEntries.FirstAsync(entry => entry.AccountId == 1 && entry.Number == 3, Cancel);
            entry.Who = "somebody@else.example";
            entry.Hash = AuditChain.Hash(before.Hash, entry);
        });
        await AssertBrokenAsync("entry 4 is not what was written");
    }

    [Fact]
    public async Task RemovedRow_IsFound()
    {
        await GivenEntriesAsync();
        await DoAsync("DELETE FROM AuditEntries WHERE AccountId = 1 AND Number = 3");
        await AssertBrokenAsync("entry 3 is missing");
    }

    [Fact]
    public async Task RemovedTail_IsFound()
    {
        var last = await GivenEntriesAsync();
        await DoAsync("DELETE FROM AuditEntries WHERE AccountId = 1 AND Number > 3");
        await AssertBrokenAsync("entry 4 is missing");

        // The head is put right as well as somebody without the key can.
        await DoAsync("UPDATE AuditHeads SET Number = 3, Hash = (SELECT Hash FROM AuditEntries WHERE AccountId = 1 AND Number = 3) WHERE AccountId = 1");
        await AssertBrokenAsync("was not made with this installation's master key");
        await DoAsync("DELETE FROM AuditHeads WHERE AccountId = 1");
        await AssertBrokenAsync("the head of the chain is missing");
        Assert.True(last > 4);
    }

    [Fact]
    public async Task RemovedChain_IsFound()
    {
        await GivenEntriesAsync();
        await DoAsync("DELETE FROM AuditEntries WHERE AccountId = 1");
        await DoAsync("DELETE FROM AuditHeads WHERE AccountId = 1");
        await AssertBrokenAsync("entry 1 is missing");
    }

    [Fact]
    public async Task SwappedRows_AreFound()
    {
        await GivenEntriesAsync();
        await DoAsync("UPDATE AuditEntries SET Number = -1 WHERE AccountId = 1 AND Number = 2");
        await DoAsync("UPDATE AuditEntries SET Number = 2 WHERE AccountId = 1 AND Number = 3");
        await DoAsync("UPDATE AuditEntries SET Number = 3 WHERE AccountId = 1 AND Number = -1");
        await AssertBrokenAsync("entry 2 is not what was written");
    }

    [Fact]
    public async Task AddedRow_IsFound()
    {
        await GivenEntriesAsync();
        await _app.ChangeAsync(async db =>
        {
            var last = await db.AuditEntries.AsNoTracking().Where(entry => entry.AccountId == 1).OrderBy(entry => entry.Number).LastAsync(Cancel);
            var previous = last.Hash;
            last.Id = 0;
            last.Number++;
            last.Hash = AuditChain.Hash(previous, last);
            db.AuditEntries.Add(last);
        });
        await AssertBrokenAsync("does not belong to the chain");
    }

    [Fact]
    public async Task Writers_AtOnce_LeaveNoGap()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(number =>
            owner.Api.Environments.AddAsync(stack.Uid, $"KEY_{number.ToString(CultureInfo.InvariantCulture)}", "x", Cancel)));
        var (code, output) = await VerifyAsync();
        Assert.True(code == 0, output);
        Assert.Equal(24, await _app.InDatabaseAsync(db => db.AuditEntries.CountAsync(entry => entry.SubjectType == "environment_variable", Cancel)));
    }

    [Fact]
    public async Task Verify_WithoutTheDatabaseOfThisKey_SaysSo()
    {
        await GivenEntriesAsync();
        await DoAsync("UPDATE Installation SET Value = '1:AAAA' WHERE Name = 'key-check'");
        var (code, output) = await VerifyAsync();
        Assert.Equal(1, code);
        Assert.Contains("belongs to another database", output, StringComparison.Ordinal);
    }

    private async Task<long> GivenEntriesAsync()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        foreach (var key in new[] { "A", "B", "C" })
            await owner.Api.Environments.AddAsync(stack.Uid, key, "x", Cancel);
        return await _app.InDatabaseAsync(db => db.AuditHeads.Where(head => head.AccountId == 1).Select(head => head.Number).FirstAsync(Cancel));
    }

    private Task DoAsync(string statement, params string[] values) =>
        _app.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync(statement, values.Cast<object>(), Cancel));

    private async Task AssertBrokenAsync(string problem)
    {
        var (code, output) = await VerifyAsync();
        Assert.Equal(1, code);
        Assert.Contains("account 1: BROKEN", output, StringComparison.Ordinal);
        Assert.Contains(problem, output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> VerifyAsync()
    {
        await using var output = new StringWriter();
        var code = await ServerCommands.InvokeAsync(_app.Services, ["audit", "verify"], output);
        return (code, output.ToString());
    }
}
