using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Git;
using Slipway.Engine.Operations;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Servers;

namespace Slipway.Server.Stacks;

/// <summary>Removes a stack from its servers, its code from here, and at last its rows, this action's own among them.</summary>
internal sealed class StackRemoval(string kind, DeploymentContexts contexts, GitMirrors mirrors) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var removal = JsonSerializer.Deserialize<Removal>(run.Claim.Payload)!;
        var context = await contexts.OfStackAsync(run, cancellationToken);
        var takeDown = new TakeDown([.. context.Wanted.Servers.Select(server => server.Uid)], removal.DeleteData, removal.Force);
        return new(
        [
            .. DeployStack.Adapt(takeDown.Steps, context, run),
            new("remove the mirror", (_, token) => mirrors.DeleteAsync(run.Claim.StackUid, token)),
        ])
        {
            OnEndAsync = (db, end, token) => end.IsSuccess ? ForgetAsync(db, run.Claim.StackId, token) : Task.CompletedTask,
        };
    }

    private static async Task ForgetAsync(AppDb db, int stackId, CancellationToken cancellationToken)
    {
        var stack = await db.Stacks.Include(row => row.Servers).ThenInclude(server => server.Machine).FirstAsync(row => row.Id == stackId, cancellationToken);
        await ServerRemoval.ForgetMachinesAsync(db, stack.Servers, cancellationToken);
        // Databases point to servers, so they go first.
        db.StackDatabases.RemoveRange(await db.StackDatabases.Where(row => row.StackId == stackId).ToListAsync(cancellationToken));
        db.Stacks.Remove(stack);
    }
}
