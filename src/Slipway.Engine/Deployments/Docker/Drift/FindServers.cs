using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Drift;

/// <summary>
/// Finds out which servers a change of containers can be made on. A server that is lost must not keep the others from being mended or scaled; releases are another
/// matter: those come to all servers or to none.
/// </summary>
internal static class FindServers
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var absent = new Dictionary<string, string>();
        RemoteUnavailableException? last = null;
        await SideBySide.RunAsync(
            context.Wanted.WebServers,
            async (server, token) =>
            {
                try
                {
                    if (await context.Hosts(server).ReadFileAsync(DockerConfig.Path, token) is null)
                        lock (absent)
                            absent[server.Uid] = $"{server.Name} has no Docker yet: deploy the stack, which prepares its new servers.";
                }
                catch (RemoteUnavailableException exception) when (exception.Fault is not RemoteFault.Fenced)
                {
                    lock (absent)
                        (absent[server.Uid], last) = (exception.Message, exception);
                }
            },
            cancellationToken);
        context.State.Absent = absent;
        context.State.IsNowhere = context.WebServers.Count == 0 && last is not null;
        if (context.State.IsNowhere)
            throw new UserErrorException(
                $"{last!.Message}\nNothing was changed. Numbers of containers that were asked for are kept, and Slipway brings them about when the server answers again.", last);
        foreach (var server in context.AbsentServers)
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"Passed over: {absent[server.Uid]}");
    }
}
