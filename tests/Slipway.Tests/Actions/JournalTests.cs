using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
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
            new(id, new(1), "my_app", 1, "kind", "{}", null) { StackUid = "uid", BegunAt = DateTimeOffset.UnixEpoch, CreatedAt = DateTimeOffset.UnixEpoch }, log, _app.Services.GetRequiredService<IRemoteHosts>(), new Dictionary<string, KnownTicket>());
    }

    [Fact]
    public async Task CommandThatWasLeft_EndsFirst_HoweverLongTheServerIsAway()
    {
        var time = new FakeTimeProvider();
        await using var app = new SlipwayApp { Time = time };
        await (await app.GivenOwnerAsync()).GivenStackAsync();
        await app.ChangeAsync(async db => db.JournalTickets.Add(
            new() { Ticket = "feed", ActionId = (await db.Actions.SingleAsync(Cancel)).Id, ServerId = 7, IsLeft = true }));
        var claim = await app.Services.GetRequiredService<ActionJournal>().ClaimNextAsync(new(1), Cancel);
        var log = app.Services.GetRequiredService<JournalLog>();
        var server = new ServerThatComesBack();
        var run = new ActionRun(claim!, log, app.Services.GetRequiredService<IRemoteHosts>(), new Dictionary<string, KnownTicket>())
        {
            Left = await app.Services.GetRequiredService<ActionJournal>().ReadLeftAsync(1, Cancel),
        };
        var host = new JournaledHost(server, run, log, 7, "Lion", new Dictionary<string, long>());
        var changing = host.ApplyAsync([new Remove("/x")], Cancel);
        while (!changing.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await changing;
        await log.FlushAsync(Cancel);
        Assert.Equal(["cancel feed: away", "cancel feed: still ending", "cancel feed: ended", "apply"], server.Calls);
        Assert.Contains("Waiting for the server", (await app.InDatabaseAsync(db => db.LogLines.SingleAsync(Cancel))).Text, StringComparison.Ordinal);
        Assert.False(await app.InDatabaseAsync(db => db.JournalTickets.AnyAsync(ticket => ticket.IsLeft, Cancel)));
    }

    [Fact]
    public async Task ActionThatIsCancelledAfterACrash_LeavesWhatNobodySawTheEndOf_AndNoStepRunning()
    {
        var stack = await (await _app.GivenOwnerAsync()).GivenStackAsync();
        await _app.ChangeAsync(async db =>
        {
            var action = await db.Actions.SingleAsync(Cancel);
            (action.ClaimedAt, action.CancelledBy) = (DateTimeOffset.UnixEpoch, "somebody@example.com");
            Given.Step(db, action.Id, 1, JournalStep.Running);
            db.JournalTickets.Add(new() { Ticket = "feed", ActionId = action.Id, ServerId = 7 });
        });
        var ended = await RunAsync(stack.Uid);
        Assert.False(ended.IsSuccess);
        // Nobody asked its server whether the command is over.
        Assert.StartsWith("Cancelled by somebody@example.com, not confirmed", ended.Message, StringComparison.Ordinal);
        Assert.True(await _app.InDatabaseAsync(db => db.JournalTickets.AllAsync(ticket => ticket.IsLeft, Cancel)));
        var step = await _app.InDatabaseAsync(db => db.JournalSteps.SingleAsync(Cancel));
        Assert.Equal((JournalStep.Failed, true), (step.State, step.FinishedAt is not null));
    }

    [Fact]
    public async Task ServersOfAnActionThatGoesOn_CountAsReached()
    {
        await (await _app.GivenOwnerAsync()).GivenStackAsync();
        Assert.False(await IsReachedAsync());
        // As after a kill: it is claimed again.
        Assert.True(await IsReachedAsync());

        async Task<bool> IsReachedAsync()
        {
            var claim = await _app.Services.GetRequiredService<ActionJournal>().ClaimNextAsync(new(1), Cancel);
            var run = new ActionRun(claim!, _app.Services.GetRequiredService<JournalLog>(), _app.Machines, new Dictionary<string, KnownTicket>());
            run.Host(7, "Lion", new("192.0.2.1", 22, "root", new("key"), "SHA256:x"));
            return _app.Machines.WasReached;
        }
    }

    [Fact]
    public async Task EndThatCannotBeRecorded_EndsTheActionAllTheSame()
    {
        await using var app = new SlipwayApp { Replace = services => services.AddSingleton<IActionHandler, WorkThatCannotEnd>() };
        var stack = await (await app.GivenOwnerAsync()).GivenStackAsync();
        await app.ChangeAsync(async db => (await db.Actions.SingleAsync(Cancel)).Kind = WorkThatCannotEnd.Name);
        var id = await app.InDatabaseAsync(db => db.Stacks.Where(row => row.Uid == stack.Uid).Select(row => row.Id).SingleAsync(Cancel));
        Assert.True(await app.Services.GetRequiredService<ActionExecutor>().RunNextAsync(new(id)));
        var ended = await app.InDatabaseAsync(db => db.Actions.SingleAsync(Cancel));
        Assert.False(ended.IsSuccess);
        Assert.Contains("could not be recorded whole: No end", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatDoesNotConfirmACancel_IsAskedNothingMore()
    {
        await (await _app.GivenOwnerAsync()).GivenStackAsync();
        var claim = await _app.Services.GetRequiredService<ActionJournal>().ClaimNextAsync(new(1), Cancel);
        var log = _app.Services.GetRequiredService<JournalLog>();
        var run = new ActionRun(claim!, log, _app.Machines, new Dictionary<string, KnownTicket>());
        var server = new ServerThatComesBack();
        var host = new JournaledHost(server, run, log, 7, "Lion", new Dictionary<string, long> { ["feed"] = 0 });
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => host.CancelOpenAsync(Cancel));
        await host.CancelOpenAsync(Cancel);
        var failure = await Assert.ThrowsAsync<RemoteUnavailableException>(() => host.ApplyAsync([new Remove("/x")], Cancel));
        Assert.Equal(RemoteFault.Unreachable, failure.Fault);
        Assert.Equal(["cancel feed: away"], server.Calls);
        Assert.Equal(["feed"], host.OpenTickets);
    }

    private async Task<StackAction> RunAsync(string stackUid)
    {
        var id = await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == stackUid).Select(stack => stack.Id).SingleAsync(Cancel));
        Assert.True(await _app.Services.GetRequiredService<ActionExecutor>().RunNextAsync(new(id)));
        return await _app.InDatabaseAsync(db => db.Actions.AsNoTracking().Include(action => action.Stack).FirstAsync(action => action.FinishedAt != null, Cancel));
    }

    private sealed class WorkThatCannotEnd : IActionHandler
    {
        public const string Name = "cannot-end";

        public string Kind => Name;

        public Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) =>
            Task.FromResult(new ActionPlan([]) { OnEndAsync = (_, _, _) => throw new InvalidOperationException("No end.") });
    }

    private sealed class ServerThatComesBack : IRemoteHost
    {
        private int _asked;

        public List<string> Calls { get; } = [];

        public MachineSpec Machine { get; } = new("192.0.2.1", 22, "root", new("key"), "SHA256:x");

        public Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken)
        {
            var state = ++_asked switch { 1 => "away", 2 => "still ending", _ => "ended" };
            Calls.Add($"cancel {ticket}: {state}");
            return state == "away"
                ? throw new RemoteUnavailableException("192.0.2.1", RemoteFault.Unreachable, "192.0.2.1 does not answer.")
                : Task.FromResult(state == "ended");
        }

        public Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken)
        {
            Calls.Add("apply");
            return Task.FromResult<IReadOnlyList<string>>([]);
        }

        public Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing is run.");

        public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken) => Task.FromResult(Stream.Null);

        public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken) => Task.FromResult(Stream.Null);

        public Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken) => Task.FromResult(new ProbeResult(true, 200, ""));

        public Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("No facts are read.");
    }
}
