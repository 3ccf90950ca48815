using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Actions;

/// <summary>Starts databases and application anew, with the variables as they are now.</summary>
internal sealed class RestartStack(string kind, DeploymentContexts contexts, TimeProvider time) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) =>
        await contexts.OfLiveAsync(run, cancellationToken) is { } context
            ? ApplyEnvironment.StartAnew(context, Restart.StepsFor(context), run, time)
            : new(DeployStack.Adapt([Restart.DatabasesStep], await contexts.OfStackAsync(run, cancellationToken), run));
}
