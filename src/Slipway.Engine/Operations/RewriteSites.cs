using Slipway.Engine.Deployments;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Operations;

/// <summary>Writes nginx's sites of a stack anew, as for maintenance or another name; the release that serves goes on.</summary>
internal static class RewriteSites
{
    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("write nginx's sites", (context, token) => OnServingAsync(context, Switcher.PrepareAsync, token)),
        new("reload nginx", (context, token) => OnServingAsync(
            context, (_, server, _, cancel) => Switcher.ReloadAsync(context, context.Hosts(server), cancel), token)),
    ];

    /// <summary>Puts the sites back to what the given context says, as far as servers can be reached.</summary>
    public static async Task RestoreAsync(DeployContext context, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var step in Steps)
                await step.RunAsync(context, cancellationToken);
        }
        catch (Exception exception) when (exception is RemoteUnavailableException or RemoteException)
        {
            await context.Log.WriteAsync("", Severity.Warning, $"A server may keep the site that it got until the next deployment: {exception.Message}");
        }
    }

    // A server that was added after the last deployment has no site yet.
    private static Task OnServingAsync(
        DeployContext context, Func<DeployContext, ServerSpec, string, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        context.OnWebServersAsync(
            async (server, host, token) =>
            {
                if (await LiveRun.FindAsync(context, host, token) is { } run)
                    await work(context, server, run, token);
            },
            cancellationToken);
}
