using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Deployments;
using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Environments;
using Slipway.Server.Platform.Work;

namespace Slipway.Server.Settings;

/// <summary>
/// Brings a server's new name to its machine, and into the variables of the release that serves. A machine that several stacks share has several
/// names and keeps its own.
/// </summary>
internal sealed class ApplyServerSetting(string kind, AppDb db, DeploymentContexts contexts, TimeProvider time) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var id = JsonSerializer.Deserialize<ServerSettings.Payload>(run.Claim.Payload)!.ServerId;
        var row = await db.Servers.AsNoTracking().FirstOrDefaultAsync(server => server.Id == id, cancellationToken);
        if (row is null)
            return new([]);
        var isShared = await db.Servers.AnyAsync(server => server.MachineId == row.MachineId && server.Id != id, cancellationToken);
        var live = await contexts.OfLiveAsync(run, cancellationToken);
        var context = live ?? await contexts.OfStackAsync(run, cancellationToken);
        var name = NameMachine.StepFor(context.Wanted.Servers.First(server => server.Uid == row.Uid)) with { When = _ => !isShared };
        return live is null ? new(DeployStack.Adapt([name], context, run)) : ApplyEnvironment.StartAnew(context, [name, .. Refresh.StepsFor(context)], run, time);
    }
}
