using Slipway.Server.Deployments;
using Slipway.Server.Services;

namespace Slipway.Server.Containers;

/// <summary>Numbers of containers that nobody asked for: one of each service on the first server. When that server leaves the stack, another one is the first.</summary>
internal static class DefaultNumbers
{
    /// <summary>The services of the release that serves which have no container on a server though they should.</summary>
    public static async Task<IReadOnlyList<string>> FindMissingAsync(DeploymentContexts contexts, Servers.Server server, CancellationToken cancellationToken)
    {
        if (ServiceChanges.DockerServers(server.Stack!).FirstOrDefault()?.Id != server.Id)
            return [];
        var definition = await contexts.ServicesOfLiveAsync(server.StackId, cancellationToken);
        return
        [
            .. definition?.Services.Select(service => service.Name)
                .Where(name => !server.ProcessCounts.Exists(wanted => wanted.Process == name) && !server.Containers.Exists(row => row.ServiceName == name)) ?? [],
        ];
    }
}
