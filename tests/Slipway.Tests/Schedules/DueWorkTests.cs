using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Server;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Schedules;
using Slipway.Tests.Support;

namespace Slipway.Tests.Schedules;

public sealed class DueWorkTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);
    private readonly Counter _counter = new();
    private readonly SlipwayApp _app;

    public DueWorkTests() => _app = new() { Time = _time, Replace = services => services.AddSingleton<IScheduledWork>(_counter) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DueWork Due => _app.Services.GetRequiredService<DueWork>();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(nameof(CatchUp.Once), 2)]
    [InlineData(nameof(CatchUp.Skip), 1)]
    [InlineData(nameof(CatchUp.Each), 5)]
    public async Task TimesThatNobodyWasThereFor_AreCaughtUp_AsTheScheduleSays(string catchUp, int runs)
    {
        await GivenAsync(Enum.Parse<CatchUp>(catchUp));
        await Due.RunDueAsync(Stop);
        Assert.Equal(0, _counter.Runs);

        _time.Advance(TimeSpan.FromHours(1));
        await Due.RunDueAsync(Stop);
        Assert.Equal(1, _counter.Runs);

        _time.Advance(TimeSpan.FromHours(4.5));
        await Due.RunDueAsync(Stop);
        Assert.Equal(runs, _counter.Runs);
        Assert.Equal(Noon.AddHours(6), (await ReadAsync()).NextAt);
    }

    [Fact]
    public async Task TwoNodes_DoItOnce()
    {
        await GivenAsync(CatchUp.Once);
        _time.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Due.RunDueAsync(Stop), Stop)));
        Assert.Equal(1, _counter.Committed(await ReadAsync()));
    }

    [Fact]
    public async Task Failure_ChangesNothing_AndIsTriedAgainInAMinute()
    {
        await GivenAsync(CatchUp.Once);
        _time.Advance(TimeSpan.FromHours(1));
        _counter.Fails = true;
        await Due.RunDueAsync(Stop);
        await Due.RunDueAsync(Stop);
        var failed = await ReadAsync();
        Assert.Equal((null, Noon.AddHours(1), Noon.AddMinutes(61)), (failed.LastAt, failed.NextAt, failed.RetryAt));
        Assert.DoesNotContain("done", await NamesAsync());

        _counter.Fails = false;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Due.RunDueAsync(Stop);
        Assert.Contains("done", await NamesAsync());
        Assert.Null((await ReadAsync()).RetryAt);
    }

    [Fact]
    public async Task Failure_LosesNoneOfTheTimesThatAreToBeDoneEach()
    {
        await GivenAsync(CatchUp.Each);
        _time.Advance(TimeSpan.FromHours(3));
        _counter.Fails = true;
        await Due.RunDueAsync(Stop);
        _counter.Fails = false;
        var failed = _counter.Runs;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Due.RunDueAsync(Stop);
        Assert.Equal(3, _counter.Runs - failed);
        Assert.Equal(Noon.AddHours(4), (await ReadAsync()).NextAt);
    }

    [Fact]
    public async Task OwnSchedules_AreMadeOnce_AndFollowTheVersion()
    {
        await Due.PrepareAsync(Stop);
        await Due.PrepareAsync(Stop);
        await _app.ChangeAsync(async db => (await db.Schedules.SingleAsync(row => row.Name == "forget-logs", Stop)).Cron = "0 0 0 1 1 ?");
        await Due.PrepareAsync(Stop);
        var row = await _app.InDatabaseAsync(db => db.Schedules.SingleAsync(row => row.Name == "forget-logs", Stop));
        Assert.Equal(("0 23 * * * ?", Noon.AddMinutes(23)), (row.Cron, row.NextAt));
    }

    [Fact]
    public async Task OldLogs_AreForgotten_TheirActionsStay()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await _app.ChangeAsync(async db =>
        {
            for (var number = 0; number < 20_050; number++)
                Given.Line(db, 1, "old", Noon);
            Given.Step(db, 1, 1, JournalStep.Done);
            db.JournalTickets.Add(new() { Ticket = "ended", ActionId = 1, ServerId = 1 });
            db.JournalTickets.Add(new() { Ticket = "left", ActionId = 1, ServerId = 1, IsLeft = true });
            await Given.FinishActionsAsync(db);
        });
        await Due.PrepareAsync(Stop);
        _time.Advance(TimeSpan.FromDays(89));
        await Due.RunDueAsync(Stop);
        Assert.Equal(1_000, (await owner.Api.Actions.ListLogAsync(stack.Uid, 1, 0, Stop)).Count);

        _time.Advance(TimeSpan.FromDays(2));
        await Due.RunDueAsync(Stop);
        Assert.Empty((await owner.Api.Actions.ListLogAsync(stack.Uid, 1, 0, Stop)).Response);
        Assert.Empty((await owner.Api.Actions.ListStepsAsync(stack.Uid, 1, Stop)).Response);
        Assert.True((await owner.Api.Actions.GetAsync(stack.Uid, 1, Stop)).FinishedSuccess);
        Assert.Equal(["left"], await _app.InDatabaseAsync(db => db.JournalTickets.Select(ticket => ticket.Ticket).ToListAsync(Stop)));
    }

    private Task GivenAsync(CatchUp catchUp) => _app.ChangeAsync(db =>
    {
        db.Schedules.Add(new() { Name = Counter.Name, Kind = Counter.Name, Cron = "0 0 * * * ?", CatchUp = catchUp, NextAt = Noon.AddHours(1) });
        return Task.CompletedTask;
    });

    private Task<Schedule> ReadAsync() => _app.InDatabaseAsync(db => db.Schedules.SingleAsync(row => row.Kind == Counter.Name, Stop));

    private Task<List<string>> NamesAsync() => _app.InDatabaseAsync(db => db.Installation.Select(row => row.Name).ToListAsync(Stop));

    private sealed class Counter : IScheduledWork
    {
        public const string Name = "count";

        private int _runs;

        public bool Fails { get; set; }

        public int Runs => _runs;

        public string Kind => Name;

        public Schedule? Own => null;

        public async Task<bool> RunAsync(AppDb db, Schedule schedule, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            if (!await db.Installation.AnyAsync(row => row.Name == "done", cancellationToken))
                db.Installation.Add(new() { Name = "done", Value = "" });
            await db.SaveChangesAsync(cancellationToken);
            return Fails ? throw new InvalidOperationException("It fails.") : false;
        }

        // A transaction that lost against another one ran for nothing.
        public int Committed(Schedule schedule) => schedule.LastAt is null ? 0 : _runs;
    }
}
