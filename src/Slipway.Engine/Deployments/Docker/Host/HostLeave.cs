using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Host;

/// <summary>
/// Asked wherever containers are about to start: a release may be older than the day on which the leave for what it wants was taken away.
/// </summary>
internal static class HostLeave
{
    public static HostAccess NeededBy(ServiceDefinition service) =>
        (service.HostMounts.Count > 0 ? HostAccess.Mounts : HostAccess.None)
        | (service.IsPrivileged ? HostAccess.Privileged : HostAccess.None)
        | (service.UsesHostNetwork || service.UsesHostProcesses ? HostAccess.Namespaces : HostAccess.None);

    public static async Task RequireAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<ServiceDefinition> services, CancellationToken cancellationToken)
    {
        foreach (var service in services)
        {
            if ((NeededBy(service) & ~context.Wanted.HostAccess) is not HostAccess.None and var missing)
                throw new UserErrorException($"No container of {service.Name} is started: by its definition it has {Describe(missing)}, which is not allowed for this stack. {HostAccessText.HowToAllow(missing)} Else deploy a definition that does without.");
            foreach (var mount in service.HostMounts)
                await RequireFolderAsync(context, server, host, service, mount, cancellationToken);
        }
    }

    /// <summary>Two containers cannot listen on the same port of a server.</summary>
    public static void RequireRoom(ServerSpec server, ServiceDefinition service)
    {
        if (HasPlaceForOne(service) && StackContainers.CountOf(server, service.Name) > 1)
            throw new UserErrorException($"{service.Name} has network_mode: host and ports, so {server.Name} has place for one container of it. Scale it to one there.");
    }

    public static bool HasPlaceForOne(ServiceDefinition service) => service is { UsesHostNetwork: true, Ports.Count: > 0 };

    // The definition was checked by its text; a link on the server would make another folder of it.
    private static async Task RequireFolderAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, ServiceDefinition service, HostMount mount, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(
            StackContainers.Quick(context, "look where a folder leads", DockerCommands.Resolve(mount.Source)), onLine: null, cancellationToken);
        if (result is { Outcome: RemoteOutcome.Exited, ExitCode: not 0 })
            throw new UserErrorException($"{service.Name}: {mount.Source} is not on {server.Name}. Make it there, then try again: Slipway makes no folders of the server.");
        if (result.EnsureSuccess().Tail is not [var path] || path != mount.Source)
            throw new UserErrorException($"{service.Name}: {mount.Source} on {server.Name} leads through a symbolic link to {string.Join('\n', result.Tail)}. Name a path without links in the definition.");
    }

    private static string Describe(HostAccess access) => string.Join(" and ", new[]
    {
        access.HasFlag(HostAccess.Mounts) ? "folders of the server" : "",
        access.HasFlag(HostAccess.Privileged) ? "all privileges" : "",
        access.HasFlag(HostAccess.Namespaces) ? "the server's network or processes" : "",
    }.Where(text => text.Length > 0));
}
