using Microsoft.Extensions.Options;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Data;

namespace Slipway.Server.Platform.Work;

/// <summary>Runs the steps of an action from where its journal stands: each within its deadline and the action's, again where it may, and journaled.</summary>
internal sealed class StepRunner(
    ActionJournal journal, JournalLog log, RunningActions running, IOptions<WorkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _heavy = new(options.Value.MaxHeavySteps);

    /// <param name="run">The action.</param>
    /// <param name="plan">Its steps.</param>
    /// <param name="ended">Gets the steps that have ended and are yet to be written down, with whatever is written next.</param>
    /// <param name="cancelled">Ends the step that runs.</param>
    public async Task RunAsync(ActionRun run, ActionPlan plan, List<JournalStep> ended, CancellationToken cancelled)
    {
        var steps = await journal.BeginAsync(run.Claim, plan, cancelled);
        if (!steps.Select(row => row.Name).SequenceEqual(plan.Steps.Select(step => step.Name)))
            throw new UserErrorException("Slipway was upgraded in the middle of this, and the new version takes other steps. What was done stays done; start it again.");
        if (steps.FirstOrDefault(step => step.State is JournalStep.Failed) is { } failed)
        {
            run.BeginStep(failed.Name);
            throw new UserErrorException(run.Claim.Message ?? "It had failed before the server was restarted.");
        }
        foreach (var (step, row) in plan.Steps.Zip(steps))
        {
            if (row.State is JournalStep.Done or JournalStep.Skipped)
                continue;
            run.BeginStep(step.Name);
            await RunAsync(run, step, row, ended, cancelled);
        }
    }

    /// <summary>What went wrong, for people.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        AggregateException many => string.Join('\n', many.InnerExceptions.Select(Describe)),
        UserErrorException or RemoteException or RemoteUnavailableException => exception.Message,
        _ => $"{exception.Message} ({exception.GetType().Name}; the server's own log has more)",
    };

    public void Dispose() => _heavy.Dispose();

    private async Task RunAsync(ActionRun run, Step<ActionRun> step, JournalStep row, List<JournalStep> ended, CancellationToken cancelled)
    {
        if (!step.When(run))
        {
            journal.Mark(row, JournalStep.Skipped);
            ended.Add(row);
            return;
        }
        journal.Mark(row, JournalStep.Running);
        await journal.SaveAsync(run.Claim, [.. ended, row], run.State, message: null, cancelled);
        ended.Clear();
        try
        {
            await RunInTimeAsync(run, step, cancelled);
        }
        catch (Exception exception) when (!running.IsStopping && exception is not FencedException && !DatabaseErrors.IsUnavailable(exception))
        {
            journal.Mark(row, JournalStep.Failed);
            await journal.SaveAsync(run.Claim, [row], run.State, run.Clean(Describe(exception)), CancellationToken.None);
            throw;
        }
        await log.FlushAsync(cancelled);
        journal.Mark(row, JournalStep.Done);
        ended.Add(row);
    }

    private async Task RunInTimeAsync(ActionRun run, Step<ActionRun> step, CancellationToken cancelled)
    {
        var left = run.Claim.BegunAt + options.Value.ActionDeadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            throw TooLong();
        using var deadline = new CancellationTokenSource(left < step.Deadline ? left : step.Deadline, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancelled, deadline.Token);
        try
        {
            await RunWhenThereIsRoomAsync(run, step, ending.Token);
        }
        catch (OperationCanceledException exception) when (!cancelled.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw left < step.Deadline ? TooLong(exception) : new UserErrorException($"'{step.Name}' did not end within {step.Deadline}.", exception);
        }
    }

    private UserErrorException TooLong(Exception? cause = null) =>
        new($"It was not over within {options.Value.ActionDeadline}, which is as long as an action may take ({WorkOptions.Section}:ActionDeadline).", cause);

    private async Task RunWhenThereIsRoomAsync(ActionRun run, Step<ActionRun> step, CancellationToken cancellationToken)
    {
        if (!step.IsHeavy)
        {
            await RepeatAsync(run, step, cancellationToken);
            return;
        }
        if (!await _heavy.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            await run.WriteAsync("", Severity.Info, "Waiting: other actions keep this node busy.");
            await _heavy.WaitAsync(cancellationToken);
        }
        try
        {
            await RepeatAsync(run, step, cancellationToken);
        }
        finally
        {
            _heavy.Release();
        }
    }

    private async Task RepeatAsync(ActionRun run, Step<ActionRun> step, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 0; ; attempt++, pause *= 2)
        {
            try
            {
                await step.RunAsync(run, cancellationToken);
                return;
            }
            catch (UserErrorException exception) when (exception.IsTransient && attempt < step.Retries)
            {
                await run.WriteAsync("", Severity.Warning, run.Clean($"{exception.Message} Trying again in {pause.TotalSeconds:0} s."));
            }
            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
