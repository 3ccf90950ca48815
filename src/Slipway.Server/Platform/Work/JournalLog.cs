using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Work.Feed;

namespace Slipway.Server.Platform.Work;

/// <summary>
/// Appends log lines to the database in batches, each in one transaction with the offsets up to which remote output was seen. So after a crash no line
/// is lost and none comes twice.
/// </summary>
internal sealed partial class JournalLog(IServiceScopeFactory scopes, ActionFeed feed, TimeProvider time, ILogger<JournalLog> logger) : BackgroundService
{
    private const int BatchSize = 512;

    private readonly Channel<JournalEntry> _entries =
        Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(4 * BatchSize) { SingleReader = true });

    public TimeProvider Time => time;

    /// <summary>Waits while the database is behind; so a command that prints faster than lines can be stored is slowed down, not buffered.</summary>
    public ValueTask WriteAsync(JournalEntry entry) => _entries.Writer.WriteAsync(entry with { Step = entry.Run.StepName, Time = time.GetUtcNow() });

    /// <summary>Ends when everything written before is in the database.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _entries.Writer.WriteAsync(JournalEntry.Flush(flushed), cancellationToken);
        await flushed.Task.WaitAsync(cancellationToken);
    }

    public Task OpenTicketAsync(ActionRun run, string ticket, int serverId, CancellationToken cancellationToken) =>
        DatabaseErrors.PersistAsync(() => StoreTicketAsync(run, ticket, serverId, cancellationToken), time, cancellationToken);

    /// <summary>Writes down that a command which had been left is confirmed to be over.</summary>
    public async Task CloseTicketAsync(string ticket, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        await db.WriteAsync(
            token => db.JournalTickets.Where(row => row.Ticket == ticket).ExecuteUpdateAsync(set => set.SetProperty(row => row.IsLeft, false), token),
            cancellationToken);
    }

    // Lines that wait when the server is stopped are still written: the loop ends with the channel, not with the token.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<JournalEntry>(BatchSize);
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < BatchSize && _entries.Reader.TryRead(out var entry))
                batch.Add(entry);
            var isStored = await StoreAsync(batch.Where(entry => entry.Flushed is null).ToList(), stoppingToken);
            foreach (var entry in batch)
                _ = isStored ? entry.Flushed?.TrySetResult() : entry.Flushed?.TrySetCanceled(stoppingToken);
            foreach (var actionId in batch.Where(entry => entry.Flushed is null).Select(entry => entry.Run.Claim.ActionId).Distinct())
                feed.Signal(actionId);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    // A database that cannot be written to is waited for. A line that it refuses is left out, or it would hold up the log of every action for ever.
    // No when the server stops before they could be.
    private async Task<bool> StoreAsync(List<JournalEntry> lines, CancellationToken stoppingToken)
    {
        var mark = new BatchMark();
        while (lines.Count > 0)
        {
            try
            {
                await StoreAsync(lines, mark);
                return true;
            }
            // Whatever it is, Entity Framework wraps some of it: without this loop no action would end any more.
            catch (Exception exception)
            {
                if (!DatabaseErrors.IsUnavailable(exception) && !DatabaseErrors.IsTransient(exception))
                {
                    return await StoreApartAsync(lines, exception, stoppingToken);
                }
                LogStoreFailed(exception, lines.Count);
                if (stoppingToken.IsCancellationRequested)
                    return false;
                await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
            }
        }
        return true;
    }

    private async Task<bool> StoreApartAsync(List<JournalEntry> lines, Exception exception, CancellationToken stoppingToken)
    {
        if (lines is [var only])
        {
            LogRefused(exception, only.Run.Claim.ActionId, only.Step);
            return true;
        }
        var half = lines.Count / 2;
        return await StoreAsync(lines[..half], stoppingToken) && await StoreAsync(lines[half..], stoppingToken);
    }

    private async Task StoreAsync(List<JournalEntry> lines, BatchMark mark)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        await using var transaction = db.Database.IsNpgsql() ? await db.Database.BeginTransactionAsync() : null;
        if (transaction is not null)
        {
            if (await mark.IsStoredAsync(db))
                return;
            var held = await ReadHeldAsync(db, lines.Select(entry => entry.Run.Claim));
            lines = [.. lines.Where(entry => held.Contains(entry.Run.Claim))];
        }
        var rows = lines.SelectMany(ToLines).ToList();
        if (transaction is not null && rows is [var first, ..])
            first.Id = await mark.DrawAsync(db);
        db.LogLines.AddRange(rows);
        var offsets = lines.Where(entry => entry.Ticket is not null).GroupBy(entry => entry.Ticket!).ToDictionary(group => group.Key, group => group.Max(entry => entry.Offset));
        foreach (var (ticket, offset) in offsets)
        {
            var row = new JournalTicket { Ticket = ticket };
            db.Attach(row);
            row.Offset = offset;
        }
        await db.SaveChangesAsync(CancellationToken.None);
        if (transaction is not null)
            await transaction.CommitAsync();
    }

    // Those whose stack is still theirs. Whoever takes a stack over waits for these locks, and finds all lines or none.
    private static async Task<HashSet<ActionClaim>> ReadHeldAsync(AppDb db, IEnumerable<ActionClaim> claims)
    {
        var asked = claims.ToHashSet();
        int[] stacks = [.. asked.Select(claim => claim.StackId).Distinct().Order()];
        var epochs = await db.Stacks.FromSql($"""SELECT * FROM "Stacks" WHERE "Id" = ANY({stacks}) ORDER BY "Id" FOR SHARE""").IgnoreAutoIncludes()
            .Select(stack => new { stack.Id, stack.Epoch, stack.BesideEpoch }).ToDictionaryAsync(stack => stack.Id);
        asked.RemoveWhere(claim => !epochs.TryGetValue(claim.StackId, out var held) || (claim.Lane.IsBeside ? held.BesideEpoch : held.Epoch) != claim.Epoch);
        return asked;
    }

    private async Task<bool> StoreTicketAsync(ActionRun run, string ticket, int serverId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        await using var transaction = db.Database.IsNpgsql() ? await db.Database.BeginTransactionAsync(cancellationToken) : null;
        if (transaction is not null && (await ReadHeldAsync(db, [run.Claim])).Count == 0)
            throw new FencedException(run.Claim.Slug, run.Claim.Epoch);
        if (await db.JournalTickets.AnyAsync(row => row.Ticket == ticket, cancellationToken))
            return false;
        db.JournalTickets.Add(new() { Ticket = ticket, ActionId = run.Claim.ActionId, ServerId = serverId });
        await db.SaveChangesAsync(cancellationToken);
        if (transaction is not null)
            await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static IEnumerable<LogLine> ToLines(JournalEntry entry) => entry.Run.Clean(entry.Text).Split('\n').Select(text => new LogLine
    {
        ActionId = entry.Run.Claim.ActionId,
        Time = entry.Time,
        Step = entry.Step,
        Server = entry.Server,
        Severity = entry.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "info" },
        Text = text.TrimEnd('\r'),
    });

    [LoggerMessage(Level = LogLevel.Error, Message = "The database refuses a log line of action {ActionId}, step '{Step}'; it is left out")]
    private partial void LogRefused(Exception exception, int actionId, string step);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not store {Count} log lines; trying again")]
    private partial void LogStoreFailed(Exception exception, int count);
}

/// <summary>A line on its way into the log; or, with <see cref="Flushed"/>, a mark that is told when all before it is stored.</summary>
internal sealed record JournalEntry(ActionRun Run, string Server, Severity Severity, string Text, string? Ticket, long Offset)
{
    public string Step { get; init; } = "";

    public DateTimeOffset Time { get; init; }

    public TaskCompletionSource? Flushed { get; init; }

    public static JournalEntry Flush(TaskCompletionSource flushed) => new(null!, "", Severity.Info, "", null, 0) { Flushed = flushed };
}

/// <summary>
/// The id of a batch's first line, drawn once for all attempts to store it. Of a commit whose answer is lost with the line to PostgreSQL, nobody knows
/// whether it happened: the next attempt finds the id there, or not.
/// </summary>
internal sealed class BatchMark
{
    private long? _id;

    public async Task<long> DrawAsync(AppDb db) => _id ??= await db.Database
        .SqlQuery<long>($"""SELECT nextval(pg_get_serial_sequence('"LogLines"', 'Id')) AS "Value" """).SingleAsync();

    public async Task<bool> IsStoredAsync(AppDb db) => _id is { } id && await db.LogLines.AnyAsync(line => line.Id == id);
}
