using Slipway.Engine.Deployments;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Environments;

/// <summary>Brings changed variables to the servers and starts the live release anew with them, without dropping a request.</summary>
internal sealed class ApplyEnvironment(string kind, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    // Before the first deployment there is nothing to start; it will bring the variables along.
    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) =>
        await contexts.OfLiveAsync(run, cancellationToken) is { } context ? StartAnew(context, Refresh.Steps, run) : new([]);

    /// <summary>A plan with steps that start the live release beside itself.</summary>
    public static ActionPlan StartAnew(DeployContext context, IReadOnlyList<Engine.Step<DeployContext>> steps, ActionRun run) =>
        new(DeployStack.Adapt(steps, context, run)) { OnFailureAsync = token => Abandon.RunAsync(context, removeRelease: false, token) };
}
