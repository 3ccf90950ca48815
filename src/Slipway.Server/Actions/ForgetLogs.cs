using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Server.Platform.Schedules;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Actions;

/// <summary>Removes what actions printed, and their steps, when it is older than it has to be kept. The actions themselves stay.</summary>
internal sealed class ForgetLogs(IOptions<WorkOptions> options, TimeProvider time) : IScheduledWork
{
    private const string Name = "forget-logs";
    private const int LinesAtOnce = 20_000;

    public string Kind => Name;

    public Schedule Own => new() { Name = Name, Kind = Name, Cron = "0 23 * * * ?", CatchUp = CatchUp.Once };

    public async Task<bool> RunAsync(AppDb db, Schedule schedule, CancellationToken cancellationToken)
    {
        if (options.Value.KeepLogDays == 0)
            return false;
        var limit = time.GetUtcNow() - TimeSpan.FromDays(options.Value.KeepLogDays);
        // The steps go last, for by them an action is known to have something left. A command that may still run is not forgotten.
        var id = await db.Actions
            .Where(action => action.FinishedAt < limit && db.JournalSteps.Any(step => step.ActionId == action.Id))
            .OrderBy(action => action.FinishedAt).Select(action => (int?)action.Id).FirstOrDefaultAsync(cancellationToken);
        if (id is null)
            return false;
        if (await db.LogLines.Where(line => line.ActionId == id).OrderBy(line => line.Id).Take(LinesAtOnce).ExecuteDeleteAsync(cancellationToken) == LinesAtOnce)
            return true;
        await db.JournalTickets.Where(ticket => ticket.ActionId == id && !ticket.IsLeft).ExecuteDeleteAsync(cancellationToken);
        await db.JournalSteps.Where(step => step.ActionId == id).ExecuteDeleteAsync(cancellationToken);
        return true;
    }
}
