using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Ends the containers on a server that leaves its stack as their services want, when their last requests are answered.</summary>
internal static class EndContainers
{
    public static async Task RunAsync(DeployContext context, ServerSpec server, bool force, CancellationToken cancellationToken)
    {
        var host = context.Hosts(server);
        // One that was never deployed to has no Docker.
        if (await host.ReadFileAsync(DockerConfig.Path, cancellationToken) is null)
            return;
        try
        {
            await EndAsync(context, server, host, cancellationToken);
        }
        // What nobody knows of any more would run there for ever.
        catch (RemoteException exception) when (!force)
        {
            throw new UserErrorException(
                $"{exception.Message}\nPut Docker on {server.Name} right and ask again, or ask with force=1: then its containers are left as they are.", exception);
        }
        catch (RemoteException exception)
        {
            await context.Log.WriteAsync(server.Name, Severity.Warning, $"Its containers are left as they are: {exception.Message}");
        }
    }

    private static async Task EndAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var present = await StackContainers.ListAsync(context, host, cancellationToken);
        if (present.Count == 0)
            return;
        await RetireContainers.LetGoAsync(context, host, present, cancellationToken);
        await Task.WhenAll(present.GroupBy(container => (container.Service, container.Release)).Select(alike => EndAsync(context, server, host, alike.Key.Service, [.. alike], cancellationToken)));
    }

    private static async Task EndAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, string service, IReadOnlyList<ContainerState> leaving, CancellationToken cancellationToken)
    {
        await context.SayAsync(server, $"{leaving.Count} containers of {service} end when their last requests are answered.");
        var command = RetireContainers.EndOf(context, leaving);
        var most = TimeSpan.FromTicks(Math.Min(command.Deadline.Ticks, context.Timeouts.LongestEnd.Ticks));
        var ended = await host.RunAsync(
            command with { Name = $"end {service} of {leaving[0].Release}", IsDetached = false, Deadline = most }, onLine: null, cancellationToken);
        if (ended.Outcome is RemoteOutcome.TimedOut)
            await context.Log.WriteAsync(
                server.Name, Severity.Warning, FormattableString.Invariant($"Containers of {service} have not ended within {most.TotalMinutes:0} minutes, and are stopped."));
        else
            ended.EnsureSuccess();
    }
}
