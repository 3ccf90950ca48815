using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Actions;
using Slipway.Server.Containers;
using Slipway.Server.Stacks;

namespace Slipway.Server.Services;

/// <summary>Which containers the commands service_restart and container_restart are about.</summary>
internal static class RestartContainers
{
    /// <summary>Their uids, or what is wrong with the request.</summary>
    public static async Task<(IReadOnlyList<string> Uids, string? Problem)> FindAsync(
        AppDb db, Stack stack, RunAction request, CancellationToken cancellationToken)
    {
        if (!stack.IsDocker)
            return ([], $"{request.Command} is not possible: this is no Docker stack, so it has neither services nor containers. Use the command restart.");
        if (request.Command is ContainerEndpoints.RestartKind)
        {
            var uid = request.ContainerId ?? request.Container ?? "";
            return await ContainerEndpoints.FindAsync(db, stack, uid, cancellationToken) is { } row
                ? ([row.Uid], null)
                : ([], $"container_id: the stack has no container '{uid}'.");
        }
        var server = request.ServerUid ?? request.Server;
        var uids = await db.Containers
            .Where(row => row.Server!.StackId == stack.Id && row.ServiceName == request.ServiceName && (server == null || row.Server.Uid == server))
            .Select(row => row.Uid).ToListAsync(cancellationToken);
        return (uids, uids.Count > 0 ? null : $"service_name: no container of '{request.ServiceName}' runs{(server is null ? "" : $" on the server {server}")}.");
    }
}
