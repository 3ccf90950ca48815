using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Operations;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Work;
using Slipway.Server.Services;
using Stack = Slipway.Server.Stacks.Stack;

namespace Slipway.Server.Servers;

/// <summary>Removes what a stack has on a server, and then the server from the stack.</summary>
internal sealed class ServerRemoval(string kind, DeploymentContexts contexts, ActionQueue queue) : IActionHandler
{
    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var (serverId, removal) = JsonSerializer.Deserialize<RemoveServer.Payload>(run.Claim.Payload)!;
        var context = await contexts.OfLiveAsync(run, cancellationToken) ?? await contexts.OfStackAsync(run, cancellationToken);
        var uid = await contexts.UidOfServerAsync(serverId, cancellationToken) ?? "";
        return new(DeployStack.Adapt([.. new TellOthers(uid).Steps, .. new TakeDown([uid], removal.DeleteData, removal.Force).Steps], context, run))
        {
            OnEndAsync = (db, end, token) => end.IsSuccess ? ForgetAsync(db, serverId, token) : Task.CompletedTask,
        };
    }

    private async Task ForgetAsync(AppDb db, int serverId, CancellationToken cancellationToken)
    {
        var server = await db.Servers.Include(row => row.Machine).Include(row => row.Stack!.Servers).FirstOrDefaultAsync(row => row.Id == serverId, cancellationToken);
        if (server is null)
            return;
        var stack = server.Stack!;
        db.Servers.Remove(server);
        await ForgetMachinesAsync(db, [server], cancellationToken);
        if (stack.IsDocker && server.HasRole(stack.CodeRole) && await db.Deployments.AnyAsync(row => row.StackId == stack.Id && row.IsLive, cancellationToken))
            GoOnWithout(db, stack, server);
    }

    // Another server may be the first now, which has a container of each service that nobody scaled.
    private void GoOnWithout(AppDb db, Stack stack, Server server)
    {
        if (ServiceChanges.DockerServers(stack).Any(other => other.Id != server.Id))
            queue.In(db).Add(stack, ContainerWatch.RepairKind, ContainerWatch.RepairKind, ServiceChanges.NoContainers, ContainerWatch.Itself);
        else if (stack.Health == StackHealth.Healthy)
            stack.Health = StackHealth.Impaired;
    }

    /// <summary>With its last server goes what is known of a machine, its pinned host key too.</summary>
    public static async Task ForgetMachinesAsync(AppDb db, IReadOnlyCollection<Server> removed, CancellationToken cancellationToken)
    {
        var ids = removed.Select(server => server.Id).ToList();
        foreach (var machine in removed.Select(server => server.Machine!).Distinct())
        {
            if (!await db.Servers.AnyAsync(row => row.MachineId == machine.Id && !ids.Contains(row.Id), cancellationToken))
                db.Machines.Remove(machine);
        }
    }
}
