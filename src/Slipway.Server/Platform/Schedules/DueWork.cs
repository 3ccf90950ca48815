using Microsoft.EntityFrameworkCore;
using Quartz;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Schedules;

/// <summary>What is due by the rows of <see cref="Schedule"/>. Every node looks; the transaction lets one of them have it.</summary>
internal sealed partial class DueWork(
    IDbContextFactory<AppDb> contexts, IEnumerable<IScheduledWork> works, TimeProvider time, ILogger<DueWork> logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    // What is due by less was not missed, only not looked for yet.
    private static readonly TimeSpan Punctuality = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, IScheduledWork> _works = works.ToDictionary(work => work.Kind);

    /// <summary>The next time after this one.</summary>
    public static DateTimeOffset NextAfter(string cron, DateTimeOffset after) =>
        new CronExpression(cron, TimeZoneInfo.Utc).GetNextValidTimeAfter(after)
            ?? throw new InvalidOperationException($"The schedule '{cron}' has no time after {after:O}.");

    /// <summary>Does all that is due now, and all of what was missed as its schedules say.</summary>
    public async Task RunDueAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        while (true)
        {
            var now = time.GetUtcNow();
            var due = await Due(db, now).OrderBy(row => row.NextAt).Select(row => row.Id).Take(100)
                .ToListAsync(cancellationToken);
            foreach (var id in due)
                await RunAsync(db, id, cancellationToken);
            if (due.Count == 0)
                return;
        }
    }

    /// <summary>Makes the installation's own schedules, or changes them to what this version says.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.WriteAsync(StoreAsync, cancellationToken);

        async Task StoreAsync(CancellationToken token)
        {
            foreach (var own in _works.Values.Select(work => work.Own).OfType<Schedule>())
            {
                var row = await db.Schedules.FirstOrDefaultAsync(row => row.Name == own.Name, token);
                if (row is null)
                    db.Schedules.Add(row = own);
                else if (row.Cron == own.Cron)
                    continue;
                row.Cron = own.Cron;
                row.NextAt = NextAfter(own.Cron, time.GetUtcNow());
            }
        }
    }

    private static IQueryable<Schedule> Due(AppDb db, DateTimeOffset now) =>
        db.Schedules.Where(row => row.NextAt <= now && (row.RetryAt == null || row.RetryAt <= now));

    private async Task RunAsync(AppDb db, int id, CancellationToken cancellationToken)
    {
        try
        {
            await db.WriteAsync(DoAsync, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !DatabaseErrors.IsUnavailable(exception))
        {
            LogFailed(exception, id);
            db.ChangeTracker.Clear();
            var later = time.GetUtcNow() + RetryInterval;
            await db.WriteAsync(
                token => db.Schedules.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.RetryAt, later), token), cancellationToken);
        }

        async Task DoAsync(CancellationToken token)
        {
            var now = time.GetUtcNow();
            // Another node may have been faster, so nothing counts that was read before.
            db.ChangeTracker.Clear();
            if (await Due(db, now).FirstOrDefaultAsync(row => row.Id == id, token) is not { } schedule)
                return;
            var wasMissed = now - (schedule.RetryAt ?? schedule.NextAt) > Punctuality;
            var hasMore = !(wasMissed && schedule.CatchUp is CatchUp.Skip) && await _works[schedule.Kind].RunAsync(db, schedule, token);
            if (hasMore)
                return;
            (schedule.LastAt, schedule.RetryAt) = (now, null);
            schedule.NextAt = NextAfter(schedule.Cron, schedule.CatchUp is CatchUp.Each ? schedule.NextAt : now);
        }
    }

    [LoggerMessage(LogLevel.Error, "Schedule {ScheduleId} failed; it is tried again in a minute")]
    private partial void LogFailed(Exception exception, int scheduleId);
}
