namespace Slipway.Engine.Deployments.Steps;

/// <summary>Sends new requests to the new run, on all web servers or on none.</summary>
internal static class SwitchTraffic
{
    /// <summary>Two steps, so that the journal knows whether any nginx can have heard of the new run when something fails.</summary>
    public static IReadOnlyList<Step<DeployContext>> Steps { get; } =
    [
        new("prepare the switch", PrepareAsync),
        new("switch traffic", SwitchAsync),
    ];

    private static async Task PrepareAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await context.OnWebServersAsync((server, _, token) => Switcher.PrepareAsync(context, server, context.Run, token), cancellationToken);
        context.State.IsPrepared = true;
    }

    private static async Task SwitchAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await context.OnWebServersAsync((_, host, token) => Switcher.ReloadAsync(context, host, token), cancellationToken);
        await context.OnWebServersAsync((server, host, token) => Switcher.PinAsync(context, server, host, token), cancellationToken);
    }
}
