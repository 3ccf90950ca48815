using System.Text;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments;

internal static class LiveRun
{
    /// <summary>Name of the run that serves from a machine; null where none does.</summary>
    public static async Task<string?> FindAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken) =>
        await host.ReadFileAsync(context.Paths.LiveRun, cancellationToken) is { } file ? Encoding.ASCII.GetString(file).Trim() : null;
}
