using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Services;

/// <summary>Brings the wanted numbers of containers to the servers; those that make room are replaced, or end without a successor.</summary>
internal sealed class ChangeContainers(string kind, AppDb db, DeploymentContexts contexts, TimeProvider time) : IActionHandler
{
    public string Kind => kind;

    // Before the first deployment nothing runs; it will start as many as are wanted.
    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        if (await contexts.OfLiveAsync(run, cancellationToken) is not { } live)
            return new([]);
        var payload = JsonSerializer.Deserialize<ServiceChanges.Payload>(run.Claim.Payload)!;
        var context = live with { Change = payload.ContainerUids.Count == 0 ? ContainerChange.None : ContainerChange.Of(payload.ContainerUids) };
        return new(DeployStack.Adapt(StepsFor(run.Claim.StackId, payload.ContainerUids), context, run))
        {
            OnFailureAsync = token => Abandon.RunAsync(context, removeRelease: false, token),
            OnEndAsync = (own, end, token) => EndAsync(own, run.Claim.StackId, context.State, end, token),
        };
    }

    private IReadOnlyList<Step<DeployContext>> StepsFor(int stackId, IReadOnlyList<string> replaced) => kind == ContainerWatch.RepairKind ? DockerDeploy.RepairSteps :
    [
        .. DockerDeploy.ChangeSteps,
        new("look what is left to do", (context, token) => AbsentChanges.TellAsync(db, stackId, context, replaced, token)) { When = context => context.AbsentServers.Count > 0 },
    ];

    private async Task EndAsync(AppDb own, int stackId, DeployState state, ActionEnd end, CancellationToken cancellationToken)
    {
        await ContainerRows.StoreAsync(own, stackId, state, time.GetUtcNow(), cancellationToken);
        var stack = await own.Stacks.FirstAsync(row => row.Id == stackId, cancellationToken);
        // Whatever was down is up again, as far as it is known.
        if (end.IsSuccess && state.Absent.Count == 0 && stack.Health == StackHealth.Impaired)
            stack.Health = StackHealth.Healthy;
    }
}
