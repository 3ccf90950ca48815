using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Deployments;

/// <summary>Carries a deployment out: of a commit, or back to an earlier release.</summary>
internal sealed class DeployStack(string kind, AppDb db, DeploymentContexts contexts, DeploymentEnd ending) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var deploymentId = DeploymentIdOf(run);
        var deployment = await db.Deployments.AsNoTracking().FirstAsync(row => row.Id == deploymentId, cancellationToken);
        var isRollback = deployment.Type is DeploymentType.Rollback;
        var state = run.State is null && isRollback ? await contexts.StateOfReleaseAsync(deployment, cancellationToken) : run.ReadState(DeployJson.Default.DeployState);
        var context = await contexts.MakeAsync(run, state, deployment.Release, RunNameOf(deployment), deployment.GitRef, cancellationToken);
        return new(Adapt(isRollback ? Rollback.StepsFor(context) : Deploy.StepsFor(context), context, run))
        {
            OnStartAsync = (own, token) => DeploymentEnd.BeginAsync(own, deployment.Id, token),
            OnFailureAsync = token => Abandon.RunAsync(context, removeRelease: !isRollback, token),
            OnEndAsync = (own, end, token) => ending.EndAsync(own, deployment.Id, state, end, token),
        };
    }

    public Task EndUnplannedAsync(AppDb own, ActionRun run, ActionEnd end, CancellationToken cancellationToken) =>
        ending.EndAsync(own, DeploymentIdOf(run), run.ReadState(DeployJson.Default.DeployState), end, cancellationToken);

    /// <summary>The engine's steps as steps of an action: what they hand on is journaled with each.</summary>
    public static IReadOnlyList<Step<ActionRun>> Adapt(IReadOnlyList<Step<DeployContext>> steps, DeployContext context, ActionRun run) =>
    [
        .. steps.Select(step => step.As<ActionRun>((_, token) => RunAsync(step, context, run, token), _ => step.When(context))),
    ];

    // A deployment's own run is named like its release; a rollback's like the release that it would have made.
    private static string RunNameOf(Deployment deployment) => $"{deployment.StartedAt.UtcDateTime:yyyyMMddHHmmss}-{deployment.Session}";

    private static int DeploymentIdOf(ActionRun run) => JsonSerializer.Deserialize<NewDeployment.Payload>(run.Claim.Payload)!.DeploymentId;

    private static async Task RunAsync(Step<DeployContext> step, DeployContext context, ActionRun run, CancellationToken cancellationToken)
    {
        try
        {
            await step.RunAsync(context, cancellationToken);
        }
        finally
        {
            run.WriteState(context.State, DeployJson.Default.DeployState);
        }
    }
}
