using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Before a server leaves a Docker stack: the others ask nothing of it any more, and let it ask nothing.</summary>
internal sealed class TellOthers(string leavingUid)
{
    public IReadOnlyList<Step<DeployContext>> Steps =>
    [
        new("find the names of services", (context, token) => TellAsync(context, FindNames.RunAsync, token)) { When = HasOthers },
        new("tell the other servers", (context, token) => TellAsync(context, ServiceNames.RefreshAsync, token)) { When = HasOthers },
    ];

    private bool HasOthers(DeployContext context) =>
        context.State.Plan.Docker is not null && context.WebServers.Count > 1 && context.WebServers.Any(server => server.Uid == leavingUid);

    private async Task TellAsync(DeployContext context, Func<DeployContext, CancellationToken, Task> tell, CancellationToken cancellationToken)
    {
        var others = context with
        {
            Wanted = context.Wanted with { Servers = [.. context.Wanted.Servers.Where(server => server.Uid != leavingUid)] },
            Change = ContainerChange.None,
        };
        try
        {
            await tell(others, cancellationToken);
        }
        catch (Exception exception) when (exception is RemoteException or RemoteUnavailableException { Fault: not RemoteFault.Fenced })
        {
            await context.Log.WriteAsync("", Severity.Warning, $"The other servers know of the one that leaves until the next deployment: {exception.Message}");
        }
    }
}
