using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Deployments;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Environments;

/// <summary>Brings changed variables to the servers and starts the live release anew with them, without dropping a request.</summary>
internal sealed class ApplyEnvironment(string kind, AppDb db, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var live = await db.Deployments.AsNoTracking().FirstOrDefaultAsync(row => row.StackId == run.Claim.StackId && row.IsLive, cancellationToken);
        // Before the first deployment there is nothing to start; it will bring the variables along.
        if (live is null)
            return new([]);
        var created = await db.Actions.Where(action => action.Id == run.Claim.ActionId).Select(action => action.CreatedAt).FirstAsync(cancellationToken);
        var state = run.State is null ? await contexts.StateOfReleaseAsync(live, cancellationToken) : run.ReadState(DeployJson.Default.DeployState);
        var runName = $"{created.UtcDateTime:yyyyMMddHHmmss}-action{run.Claim.ActionId}";
        var context = await contexts.MakeAsync(run, state, live.Release, runName, live.GitRef, cancellationToken);
        return new(DeployStack.Adapt(Refresh.Steps, context, run))
        {
            OnFailureAsync = token => Abandon.RunAsync(context, removeRelease: false, token),
        };
    }
}
