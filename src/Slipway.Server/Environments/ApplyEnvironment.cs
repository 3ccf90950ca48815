using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Environments;

/// <summary>Brings changed variables to the servers and starts the live release anew with them, without dropping a request.</summary>
internal sealed class ApplyEnvironment(string kind, DeploymentContexts contexts, TimeProvider time) : IActionHandler
{
    public string Kind => kind;

    // Before the first deployment there is nothing to start; it will bring the variables along.
    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) =>
        await contexts.OfLiveAsync(run, cancellationToken) is { } context ? StartAnew(context, Refresh.StepsFor(context), run, time) : new([]);

    /// <summary>A plan with steps that start the live release beside itself.</summary>
    public static ActionPlan StartAnew(DeployContext live, IReadOnlyList<Engine.Step<DeployContext>> steps, ActionRun run, TimeProvider time)
    {
        var context = live with { Change = ContainerChange.Everything };
        return new(DeployStack.Adapt(steps, context, run))
        {
            OnFailureAsync = token => Abandon.RunAsync(context, removeRelease: false, token),
            OnEndAsync = (db, _, token) => ContainerRows.StoreAsync(db, run.Claim.StackId, context.State, time.GetUtcNow(), token),
        };
    }
}
