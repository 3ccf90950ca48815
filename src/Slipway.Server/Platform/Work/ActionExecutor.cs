using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Actions;
using Slipway.Server.Platform.Audit;
using Slipway.Server.Platform.Data;
using Slipway.Server.Platform.Telemetry;

namespace Slipway.Server.Platform.Work;

/// <summary>Runs one action from where its journal stands to its end.</summary>
internal sealed partial class ActionExecutor(
    ActionJournal journal, ActionRuns runs, StepRunner steps, RunningActions running, IServiceScopeFactory scopes, ILogger<ActionExecutor> logger)
{
    private const int EndAttempts = 3;

    /// <summary>Does the lane's oldest unfinished action; false when there was none, or when the server is stopping.</summary>
    public async Task<bool> RunNextAsync(Lane lane)
    {
        if (running.IsStopping || await journal.ClaimNextAsync(lane, CancellationToken.None) is not { } claim)
            return false;
        using var watched = WorkTelemetry.Begin(claim, logger);
        var cancelled = running.Begin(claim.ActionId);
        try
        {
            await RunAsync(claim, cancelled.Token);
            return !running.IsStopping;
        }
        catch (FencedException exception)
        {
            LogFenced(exception, claim.ActionId);
            return false;
        }
        catch (Exception exception) when (running.IsStopping || DatabaseErrors.IsUnavailable(exception))
        {
            LogLeft(exception, claim.ActionId);
            return false;
        }
        finally
        {
            running.End(claim.ActionId);
        }
    }

    // What is thrown while the node stops, or while the database is away, leaves the action where it is: then the sweep takes it up again.
    private async Task RunAsync(ActionClaim claim, CancellationToken cancelled)
    {
        var run = await runs.OpenAsync(claim);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Origin>().Become(claim.Requester, Origin.ViaAction, claim.Kind);
        IActionHandler? handler = null;
        ActionPlan? plan = null;
        // Steps that have ended, to be written down in one go with what comes next.
        List<JournalStep> ended = [];
        ActionEnd end;
        try
        {
            handler = Handler(scope.ServiceProvider, claim.Kind);
            plan = WorkTelemetry.Watch(await handler.PlanAsync(run, CancellationToken.None), claim.Kind);
            end = claim.CancelledBy is null ? await RunStepsAsync(run, plan, ended, cancelled) : await CancelAsync(run);
        }
        catch (Exception exception) when (IsItsOwn(exception))
        {
            end = cancelled.IsCancellationRequested || claim.CancelledBy is not null ? await CancelAsync(run) : await FailAsync(run, exception);
        }
        if (!end.IsSuccess && plan is not null)
            await PutRightAsync(run, plan);
        await run.FlushAsync();
        plan ??= new([]) { OnEndAsync = (db, unplanned, token) => handler?.EndUnplannedAsync(db, run, unplanned, token) ?? Task.CompletedTask };
        await EndAsync(run, plan, ended, end);
        await ForgetTicketsAsync(run);
    }

    // Else it is the node's or the database's, and says nothing about the action.
    private bool IsItsOwn(Exception exception) => exception is not FencedException && !running.IsStopping && !DatabaseErrors.IsUnavailable(exception);

    private async Task EndAsync(ActionRun run, ActionPlan plan, IReadOnlyList<JournalStep> ended, ActionEnd end)
    {
        var left = end.IsSuccess ? [] : run.OpenTickets;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await journal.EndAsync(run.Claim, plan, ended, run.State, end, left, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (IsItsOwn(exception))
            {
                LogFailed(exception, run.Claim.ActionId, "the end");
                if (attempt < EndAttempts)
                    continue;
                // Whatever its handler wanted to say: an action that cannot end would be tried for ever, and all behind it would wait.
                var message = run.Clean($"{end.Message} Its end could not be recorded whole: {StepRunner.Describe(exception)}".TrimStart());
                (plan, end, left) = (new([]), new(IsSuccess: false, end.IsCancelled, message), run.OpenTickets);
            }
        }
    }

    private async Task<ActionEnd> RunStepsAsync(ActionRun run, ActionPlan plan, List<JournalStep> ended, CancellationToken cancelled)
    {
        await steps.RunAsync(run, plan, ended, cancelled);
        return new(IsSuccess: true, IsCancelled: false, Message: null);
    }

    // What cannot be put right now is said in the log; the end of the action does not wait for it.
    private async Task PutRightAsync(ActionRun run, ActionPlan plan)
    {
        run.BeginStep("clean up");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await plan.OnFailureAsync(patience.Token);
        }
        catch (Exception exception) when (IsItsOwn(exception))
        {
            await run.WriteAsync("", Severity.Warning, run.Clean($"Cleaning up failed: {StepRunner.Describe(exception)}"));
        }
    }

    private static IActionHandler Handler(IServiceProvider services, string kind) =>
        services.GetServices<IActionHandler>().FirstOrDefault(handler => handler.Kind == kind)
        ?? throw new InvalidOperationException($"No handler knows actions of kind '{kind}'.");

    private async Task<ActionEnd> FailAsync(ActionRun run, Exception exception)
    {
        var reason = run.Clean(StepRunner.Describe(exception));
        if (exception is not (UserErrorException or RemoteException or RemoteUnavailableException))
            LogFailed(exception, run.Claim.ActionId, run.StepName);
        var message = run.StepName.Length == 0 ? reason : $"Step '{run.StepName}' failed: {reason}";
        await run.WriteAsync("", Severity.Error, message);
        return new(IsSuccess: false, IsCancelled: false, message);
    }

    private async Task<ActionEnd> CancelAsync(ActionRun run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var message = $"Cancelled by {await journal.ReadCancelledByAsync(run.Claim.ActionId, CancellationToken.None)}";
        try
        {
            await run.CancelRemoteAsync(patience.Token);
            if (run.OpenTickets.Count > 0)
                message += ", not confirmed: a server still ends its processes, or was not asked. The stack waits for that before it runs anything else there";
        }
        catch (OperationCanceledException) when (!running.IsStopping)
        {
            message += ", not confirmed: a server did not answer in time";
        }
        catch (Exception exception) when (IsItsOwn(exception))
        {
            message += $", not confirmed: {exception.Message}";
        }
        await run.WriteAsync("", Severity.Warning, message);
        return new(IsSuccess: false, IsCancelled: true, message);
    }

    // That only frees space on the server, which prunes them by age too: the next action must not wait for a server that is away.
    private async Task ForgetTicketsAsync(ActionRun run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await run.ForgetTicketsAsync(patience.Token);
        }
        catch (Exception exception) when (IsItsOwn(exception))
        {
            LogNotForgotten(exception, run.Claim.ActionId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Action {ActionId} was taken over by another node")]
    private partial void LogFenced(Exception exception, int actionId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Action {ActionId} is left, to be taken up again")]
    private partial void LogLeft(Exception exception, int actionId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Action {ActionId} failed at step '{Step}'")]
    private partial void LogFailed(Exception exception, int actionId, string step);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tickets of action {ActionId} stay on a server")]
    private partial void LogNotForgotten(Exception exception, int actionId);
}
