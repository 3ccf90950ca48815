using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Drift;

/// <summary>
/// Finds out which servers a change of containers can be made on. A server that is lost, or whose engine is, must not keep the others from being mended or scaled;
/// releases are another matter: those come to all servers or to none.
/// </summary>
internal static class FindServers
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var (absent, isLost) = (new Dictionary<string, string>(), false);
        await SideBySide.RunAsync(
            context.Wanted.WebServers,
            async (server, token) =>
            {
                var (problem, isPrepared) = await AskAsync(context, server, token);
                if (problem is null)
                    return;
                lock (absent)
                    (absent[server.Uid], isLost) = (problem, isLost || isPrepared);
            },
            cancellationToken);
        context.State.Absent = absent;
        context.State.IsNowhere = context.WebServers.Count == 0 && isLost;
        if (absent.Count > 0 && context.WebServers.Count == 0)
            throw new UserErrorException(string.Join('\n', absent.Values.Append(
                isLost ? "Nothing was changed. Numbers of containers that were asked for are kept, and Slipway brings them about when the server answers again." : "Nothing was changed.")));
        foreach (var server in context.AbsentServers)
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"Passed over: {absent[server.Uid]}");
    }

    // What keeps a server from taking part, if anything does, and whether it was ever prepared for containers.
    private static async Task<(string? Problem, bool IsPrepared)> AskAsync(DeployContext context, ServerSpec server, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        try
        {
            var (settings, problem) = (host.ReadFileAsync(DockerConfig.Path, cancellationToken), ProblemAsync(StackContainers.LookAsync(context.Paths, context.Timeouts, host, cancellationToken), server));
            await Task.WhenAll(settings, problem);
            if (await settings is null)
                return ($"{server.Name} has no Docker yet: deploy the stack, which prepares its new servers.", IsPrepared: false);
            // Once more, for it may restart just now.
            return (await problem is null ? null : await ProblemAsync(StackContainers.ListWithStrangersAsync(context.Paths, context.Timeouts, host, cancellationToken), server), IsPrepared: true);
        }
        catch (RemoteUnavailableException exception) when (exception.Fault is not RemoteFault.Fenced)
        {
            return (exception.Message, IsPrepared: true);
        }
    }

    private static async Task<string?> ProblemAsync(Task look, ServerSpec server)
    {
        try
        {
            await look;
            return null;
        }
        catch (RemoteException exception)
        {
            return $"Docker on {server.Name} does not answer: {(exception.Result.Tail.Count > 0 ? string.Join('\n', exception.Result.Tail) : exception.Message)}";
        }
        catch (UserErrorException exception)
        {
            return exception.Message;
        }
    }
}
