using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Server.Platform.Work;
using Record = Slipway.Contracts.Actions;

namespace Slipway.Server.Actions;

/// <summary>Actions, steps and lines as the API shows them.</summary>
internal static class ActionRecords
{
    public static readonly Expression<Func<StackAction, Record.StackAction>> ToRecord = action => new()
    {
        Id = action.Id,
        User = action.UserEmail,
        ResourceType = action.ResourceType,
        Action = action.Name,
        ResourceId = action.ResourceId.ToString(CultureInfo.InvariantCulture),
        StartedVia = action.StartedVia,
        StartedAt = action.CreatedAt,
        FinishedAt = action.FinishedAt,
        FinishedSuccess = action.FinishedAt == null ? null : action.IsSuccess == true,
        FinishedMessage = action.Message,
        QueuePosition = action.ClaimedAt != null || action.FinishedAt != null
            ? null
            : action.Stack!.Actions.Count(other => other.FinishedAt == null && other.IsBeside == action.IsBeside && other.Id < action.Id),
    };

    public static readonly Expression<Func<JournalStep, Record.ActionStep>> ToStep = step =>
        new(step.Number, step.Name, step.State, step.StartedAt, step.FinishedAt);

    public static readonly Expression<Func<LogLine, Record.ActionLogLine>> ToLine = line =>
        new(line.Id, line.Time, line.Step, line.Server, line.Severity, line.Text);

    /// <summary>Starts what was queued and saved; answers how it stood just before.</summary>
    public static async Task<Record.StackAction> StartAsync(ActionQueue queue, AppDb db, StackAction action, CancellationToken cancellationToken)
    {
        var record = await db.Actions.Where(row => row.Id == action.Id).Select(ToRecord).FirstAsync(cancellationToken);
        queue.Wake(new Lane(action.StackId, action.IsBeside));
        return record;
    }
}
