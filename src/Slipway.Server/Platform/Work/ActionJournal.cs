using Microsoft.EntityFrameworkCore;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Telemetry;
using Slipway.Server.Platform.Work.Feed;

namespace Slipway.Server.Platform.Work;

/// <summary>Reads and writes the journal of actions. A claim whose epoch was overtaken can write nothing more.</summary>
internal sealed class ActionJournal(IServiceScopeFactory scopes, ActionFeed feed, TimeProvider time)
{
    /// <summary>Actions to be worked on. What has not begun waits while its account is suspended; what has goes on to its end.</summary>
    public static IQueryable<StackAction> Due(AppDb db) => db.Actions.Where(action => action.FinishedAt == null
        && (action.ClaimedAt != null || !db.Accounts.Any(account => account.Id == action.Stack!.AccountId && account.SuspendedAt != null)));

    /// <summary>Takes the oldest action that is due in the lane; null when there is none.</summary>
    public async Task<ActionClaim?> ClaimNextAsync(Lane lane, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        ActionClaim? claim = null;
        await db.WriteAsync(TakeAsync, cancellationToken);
        return claim;

        async Task TakeAsync(CancellationToken token)
        {
            claim = null;
            var action = await Due(db).Include(row => row.Stack).Where(row => row.StackId == lane.StackId && row.IsBeside == lane.IsBeside)
                .OrderBy(row => row.Id).FirstOrDefaultAsync(token);
            if (action is null)
                return;
            // Machines keep the highest they saw. The clock is in it, so that a database that was restored from a backup does not fall behind them.
            var now = time.GetUtcNow();
            var epoch = Math.Max(now.ToUnixTimeSeconds(), (lane.IsBeside ? action.Stack!.BesideEpoch : action.Stack!.Epoch) + 1);
            if (lane.IsBeside)
                action.Stack.BesideEpoch = epoch;
            else
                action.Stack.Epoch = epoch;
            var isResumed = action.ClaimedAt is not null;
            action.ClaimedAt ??= now;
            await db.SaveChangesAsync(token);
            claim = new(action.Id, lane, action.Stack.Slug, epoch, action.Kind, action.Payload, action.State)
            {
                StackUid = action.Stack.Uid,
                BegunAt = action.ClaimedAt.Value,
                CreatedAt = action.CreatedAt,
                IsResumed = isResumed,
                Requester = action.UserEmail,
                CancelledBy = action.CancelledBy,
                Message = action.Message,
                TraceParent = action.TraceParent,
            };
        }
    }

    public async Task<IReadOnlyDictionary<string, KnownTicket>> ReadTicketsAsync(int actionId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        return await db.JournalTickets.Where(ticket => ticket.ActionId == actionId)
            .ToDictionaryAsync(ticket => ticket.Ticket, ticket => new KnownTicket(ticket.ServerId, ticket.Offset), cancellationToken);
    }

    /// <summary>Commands of the stack's earlier actions that may still run, by the server's id.</summary>
    public async Task<ILookup<int, string>> ReadLeftAsync(int stackId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        var rows = await db.JournalTickets.AsNoTracking().Where(ticket => ticket.IsLeft)
            .Where(ticket => db.Actions.Any(action => action.Id == ticket.ActionId && action.StackId == stackId)).ToListAsync(cancellationToken);
        return rows.ToLookup(ticket => ticket.ServerId, ticket => ticket.Ticket);
    }

    /// <summary>Who cancelled the action; null when nobody did.</summary>
    public async Task<string?> ReadCancelledByAsync(int actionId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        return await db.Actions.Where(action => action.Id == actionId).Select(action => action.CancelledBy).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Writes the list of steps down, or finds it as it was written before a restart.</summary>
    public async Task<IReadOnlyList<JournalStep>> BeginAsync(ActionClaim claim, ActionPlan plan, CancellationToken cancellationToken)
    {
        List<JournalStep> steps = [];
        await WriteAsync(claim, OpenAsync, cancellationToken);
        return steps;

        async Task OpenAsync(AppDb db)
        {
            steps = await db.JournalSteps.Where(step => step.ActionId == claim.ActionId).OrderBy(step => step.Number).ToListAsync(cancellationToken);
            if (steps.Count == 0)
            {
                steps = [.. plan.Steps.Select((step, index) => new JournalStep
                {
                    ActionId = claim.ActionId,
                    Number = index + 1,
                    Name = step.Name,
                    State = JournalStep.Waiting,
                })];
                db.JournalSteps.AddRange(steps);
            }
            await plan.OnStartAsync(db, cancellationToken);
        }
    }

    /// <summary>Sets a step's state; <see cref="SaveAsync"/> writes it down.</summary>
    public void Mark(JournalStep step, string state)
    {
        var now = time.GetUtcNow();
        step.StartedAt ??= now;
        step.FinishedAt = state is JournalStep.Running ? null : now;
        step.State = state;
    }

    /// <summary>Writes down how steps stand, what they hand on, and why one failed: so a restart in the middle of cleaning up knows it.</summary>
    public Task SaveAsync(
        ActionClaim claim, IReadOnlyList<JournalStep> steps, string? handedOn, string? message, CancellationToken cancellationToken)
    {
        return WriteAsync(claim, StoreAsync, cancellationToken);

        async Task StoreAsync(AppDb db)
        {
            db.JournalSteps.UpdateRange(steps);
            var action = await db.Actions.FirstAsync(row => row.Id == claim.ActionId, cancellationToken);
            action.State = handedOn;
            action.Message = message;
        }
    }

    /// <summary>Ends the action with its last steps, and in the same transaction what its handler has to say about it.</summary>
    public async Task EndAsync(
        ActionClaim claim, ActionPlan plan, IReadOnlyList<JournalStep> steps, string? handedOn, ActionEnd end, IReadOnlyList<string> left,
        CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        await WriteAsync(claim, StoreAsync, cancellationToken);
        WorkTelemetry.RecordEnd(claim.Kind, took, end.IsSuccess);

        async Task StoreAsync(AppDb db)
        {
            db.JournalSteps.UpdateRange(steps);
            await db.SaveChangesAsync(cancellationToken);
            // One that was cut off by a crash, and was then cancelled before it could run again.
            await db.JournalSteps.Where(step => step.ActionId == claim.ActionId && step.State == JournalStep.Running).ExecuteUpdateAsync(
                set => set.SetProperty(step => step.State, JournalStep.Failed).SetProperty(step => step.FinishedAt, time.GetUtcNow()), cancellationToken);
            var action = await db.Actions.Include(row => row.Stack).FirstAsync(row => row.Id == claim.ActionId, cancellationToken);
            action.FinishedAt = time.GetUtcNow();
            action.State = handedOn;
            action.IsSuccess = end.IsSuccess;
            action.Message = end.Message;
            action.Stack!.LastActivityAt = action.FinishedAt;
            took = action.FinishedAt.Value - (action.ClaimedAt ?? action.CreatedAt);
            await db.JournalTickets.Where(ticket => left.Contains(ticket.Ticket))
                .ExecuteUpdateAsync(set => set.SetProperty(ticket => ticket.IsLeft, true), cancellationToken);
            await plan.OnEndAsync(db, end, cancellationToken);
        }
    }

    private async Task WriteAsync(ActionClaim claim, Func<AppDb, Task> work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Origin>().Become(claim.Requester, Origin.ViaAction, claim.Kind);
        var db = scope.ServiceProvider.GetRequiredService<AppDb>();
        await db.WriteAsync(FencedAsync, cancellationToken);
        feed.Signal(claim.ActionId);

        async Task FencedAsync(CancellationToken token)
        {
            await claim.ConfirmAsync(db, token);
            await work(db);
            await db.SaveChangesAsync(token);
        }
    }
}

/// <summary>Another node has taken the stack's work over.</summary>
internal sealed class FencedException(string slug, long epoch) : Exception($"Epoch {epoch} of stack {slug} was overtaken.");
