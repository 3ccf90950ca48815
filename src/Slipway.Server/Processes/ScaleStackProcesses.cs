using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Processes;

/// <summary>Brings the wanted numbers of processes to the servers.</summary>
internal sealed class ScaleStackProcesses(string kind, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    // Before the first deployment nothing runs; it will start as many as are wanted.
    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken) =>
        await contexts.OfLiveAsync(run, cancellationToken) is { } context ? new(DeployStack.Adapt(ScaleProcesses.Steps, context, run)) : new([]);
}
