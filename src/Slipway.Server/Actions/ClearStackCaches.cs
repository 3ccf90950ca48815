using Slipway.Engine;
using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Actions;

/// <summary>Removes the code that is kept between deployments, on the web servers and here; the next deployment fetches all of it anew.</summary>
internal sealed class ClearStackCaches(string kind, StackSpecs specs, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        var forget = new Step<ActionRun>("forget the mirror", (_, token) => specs.MirrorOf(stack).ForgetAsync(token)) { When = _ => stack.HasRepository };
        var context = await contexts.OfStackAsync(run, cancellationToken);
        return new(context.WebServers.Count == 0 ? [forget] : [forget, .. DeployStack.Adapt([ClearCaches.Step], context, run)]);
    }
}
