using Slipway.Contracts.Actions;
using Slipway.Contracts.Deployments;
using Slipway.Contracts.Stacks;

namespace Slipway.Dashboard.Ui;

/// <summary>How a state is shown: a tone of site.css, an icon and a word, so that colour is never alone.</summary>
public sealed record Look(string Tone, string Icon, string Text, bool Turns = false)
{
    public static Look OfStatus(Stack stack) => stack.Status switch
    {
        StackStatus.Queued => new("idle", "clock", "Queued"),
        StackStatus.Success => new("good", "circle-check", "Live"),
        StackStatus.Failed => new("bad", "circle-x", "Failed"),
        StackStatus.Analysing => new("busy", "loader-2", "Analysing", Turns: true),
        StackStatus.Analysed => new("idle", "checklist", "Analysed"),
        StackStatus.QueuedForDeploying => new("busy", "clock", "Waiting to deploy"),
        StackStatus.Deploying => new("busy", "loader-2", "Deploying", Turns: true),
        StackStatus.TerminalFailure => new("bad", "circle-x", "Analysis failed"),
        _ => new("idle", "help-circle", "Unknown"),
    };

    public static Look OfHealth(int health) => health switch
    {
        StackHealth.Building => new("busy", "loader-2", "building"),
        StackHealth.Impaired => new("warn", "alert-triangle", "impaired"),
        StackHealth.Healthy => new("good", "circle-check", "healthy"),
        StackHealth.Failed => new("bad", "circle-x", "failed"),
        _ => new("idle", "help-circle", "unknown"),
    };

    public static Look OfOutcome(Deployment deployment) => deployment.Outcome.Code switch
    {
        0 => new("busy", "loader-2", "In progress", Turns: true),
        1 => new("good", "circle-check", "Success"),
        3 => new("idle", "circle-minus", "Cancelled"),
        _ => new("bad", "circle-x", "Failed"),
    };

    public static Look OfAction(StackAction action) => action switch
    {
        { FinishedAt: null, QueuePosition: { } before } => new("idle", "clock", before == 0 ? "About to start" : $"Waiting, {before} before it"),
        { FinishedAt: null } => new("busy", "loader-2", "In progress", Turns: true),
        { FinishedSuccess: true } => new("good", "circle-check", "Done"),
        _ => new("bad", "circle-x", "Failed"),
    };

    public static Look OfStep(string state) => state switch
    {
        "running" => new("busy", "loader-2", "running", Turns: true),
        "done" => new("good", "circle-check", "done"),
        "skipped" => new("idle", "circle-minus", "skipped"),
        "failed" => new("bad", "circle-x", "failed"),
        _ => new("idle", "circle-dashed", "waiting"),
    };
}
