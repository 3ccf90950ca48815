namespace Slipway.Engine.Deployments.Steps;

/// <summary>Sends new requests to the new run, on all web servers or on none.</summary>
internal static class SwitchTraffic
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await context.OnWebServersAsync((server, _, token) => Switcher.PrepareAsync(context, server, context.Run, token), cancellationToken);
        await context.OnWebServersAsync((_, host, token) => Switcher.ReloadAsync(context, host, token), cancellationToken);
        await context.OnWebServersAsync((_, host, token) => Switcher.PinAsync(context, host, token), cancellationToken);
    }
}
