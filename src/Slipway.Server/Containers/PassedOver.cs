using Microsoft.EntityFrameworkCore;
using Slipway.Engine.Deployments;
using Slipway.Server.Services;

namespace Slipway.Server.Containers;

/// <summary>Numbers of containers that a server did not get because it did not answer when they were asked for.</summary>
internal static class PassedOver
{
    private const int Newest = 10;

    private static readonly IReadOnlyList<string> Kinds =
        [ServiceEndpoints.ScaleKind, ServiceEndpoints.StopKind, ServiceEndpoints.RestartKind, ContainerEndpoints.StopKind, ContainerEndpoints.RestartKind, ContainerWatch.RepairKind];

    /// <summary>The services that such a server has too many or too few containers of. Where the work itself failed or was cancelled, it is not done behind anybody's back.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(AppDb db, Servers.Server server, CancellationToken cancellationToken)
    {
        var services = server.ProcessCounts.Where(wanted => wanted.Count != server.Containers.Count(row => row.ServiceName == wanted.Process))
            .Select(wanted => wanted.Process).ToList();
        if (services.Count == 0)
            return [];
        var states = await db.Actions.AsNoTracking()
            .Where(action => action.StackId == server.StackId && action.FinishedAt != null && Kinds.Contains(action.Kind) && action.State != null)
            .OrderByDescending(action => action.Id).Take(Newest).Select(action => action.State!).ToListAsync(cancellationToken);
        var last = states.Select(DeployJson.Read)
            .FirstOrDefault(state => state.IsSwitched || state.IsNowhere);
        return last?.Absent.ContainsKey(server.Uid) != true ? []
            : [.. services.Where(name => last.Plan.Docker?.Services.Any(service => service.Name == name) == true)];
    }
}
