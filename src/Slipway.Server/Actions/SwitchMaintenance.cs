using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Actions;

/// <summary>Has nginx answer with the maintenance page, or with the application again, on all web servers or on none.</summary>
internal sealed class SwitchMaintenance(string kind, DeploymentContexts contexts) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var isOn = JsonSerializer.Deserialize<RunStackAction.MaintenancePayload>(run.Claim.Payload)!.IsOn;
        // Before the first deployment there is no site; it will be written as the stack then says.
        if (await contexts.OfLiveAsync(run, cancellationToken) is not { } present)
            return new([]) { OnEndAsync = StoreAsync };
        var wanted = present with { Wanted = present.Wanted with { IsInMaintenance = isOn } };
        return new(DeployStack.Adapt(RewriteSites.Steps, wanted, run))
        {
            OnFailureAsync = token => RewriteSites.RestoreAsync(present, token),
            OnEndAsync = StoreAsync,
        };

        async Task StoreAsync(AppDb db, ActionEnd end, CancellationToken token)
        {
            if (end.IsSuccess)
                (await db.Stacks.FirstAsync(stack => stack.Id == run.Claim.StackId, token)).MaintenanceMode = isOn;
        }
    }
}
