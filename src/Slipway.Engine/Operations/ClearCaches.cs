using Slipway.Engine.Deployments;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Operations;

/// <summary>Removes the code that servers keep between deployments; the next one sends all of it again.</summary>
internal static class ClearCaches
{
    public static Step<DeployContext> Step { get; } = new("remove the cached copies", (context, token) => context.OnServersAsync(
        [.. context.Wanted.CodeServers], (_, host, cancel) => host.ApplyAsync([new Remove(context.Paths.CachedCopy)], cancel), token));

    /// <summary>The same where it is only good to have: a server that cannot be reached keeps its copy, which does no harm.</summary>
    public static Step<DeployContext> LenientStep { get; } = new("remove the cached copies", async (context, token) =>
    {
        foreach (var server in context.Wanted.CodeServers)
        {
            try
            {
                await context.Hosts(server).ApplyAsync([new Remove(context.Paths.CachedCopy)], token);
            }
            catch (RemoteUnavailableException exception)
            {
                await context.Log.WriteAsync(server.Name, Severity.Warning, $"The cached copy stays: {exception.Message}");
            }
        }
    });
}
