using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Work;
using Slipway.Tests.Support;

namespace Slipway.Tests.Actions;

/// <summary>What becomes of an action whose journal does not go as planned.</summary>
public sealed class JournalTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task UpgradeThatTakesOtherSteps_EndsTheAction_AndSaysSo()
    {
        var stack = await (await _app.GivenOwnerAsync()).GivenStackAsync();
        await _app.ChangeAsync(async db =>
        {
            Given.Step(db, (await db.Actions.SingleAsync(Cancel)).Id, 1, JournalStep.Done);
            Given.Step(db, (await db.Actions.SingleAsync(Cancel)).Id, 2, JournalStep.Waiting);
        });
        var action = await RunAsync(stack.Uid);
        Assert.False(action.IsSuccess);
        Assert.Contains("upgraded", action.Message, StringComparison.Ordinal);
        Assert.Equal(StackStatus.TerminalFailure, action.Stack!.Status);
    }

    [Fact]
    public async Task UnknownKind_EndsTheAction()
    {
        var stack = await (await _app.GivenOwnerAsync()).GivenStackAsync();
        await _app.ChangeAsync(async db => (await db.Actions.SingleAsync(Cancel)).Kind = "of-a-later-version");
        var action = await RunAsync(stack.Uid);
        Assert.False(action.IsSuccess);
        Assert.Contains("'of-a-later-version'", action.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LineThatTheDatabaseRefuses_HoldsUpNoOther()
    {
        await (await _app.GivenOwnerAsync()).GivenStackAsync();
        var log = _app.Services.GetRequiredService<JournalLog>();
        var (known, gone) = (RunOf(1), RunOf(4711));
        foreach (var run in new[] { known, gone, gone, known, gone })
            await log.WriteAsync(new(run, "Lion", Severity.Info, $"of {run.Claim.ActionId}", Ticket: null, Offset: 0));
        await log.FlushAsync(Cancel);
        Assert.Equal(["of 1", "of 1"], await _app.InDatabaseAsync(db => db.LogLines.Select(line => line.Text).ToListAsync(Cancel)));

        ActionRun RunOf(int id) => new(
            new(id, 1, "my_app", 1, "kind", "{}", null) { StackUid = "uid" }, log, _app.Services.GetRequiredService<IRemoteHosts>(), new Dictionary<string, long>());
    }

    private async Task<StackAction> RunAsync(string stackUid)
    {
        var id = await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == stackUid).Select(stack => stack.Id).SingleAsync(Cancel));
        Assert.True(await _app.Services.GetRequiredService<ActionExecutor>().RunNextAsync(id));
        return await _app.InDatabaseAsync(db => db.Actions.AsNoTracking().Include(action => action.Stack).FirstAsync(action => action.FinishedAt != null, Cancel));
    }
}
