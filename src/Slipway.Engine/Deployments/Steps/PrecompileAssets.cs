namespace Slipway.Engine.Deployments.Steps;

internal static class PrecompileAssets
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            var result = await host.RunAsync(AppCommands.Rake(context, "precompile assets", "assets:precompile") with { IsHeavy = true }, onLine: null, token);
            result.EnsureSuccess();
            var folder = $"{context.ReleaseDirectory}/public/{context.Wanted.AssetPrefix}";
            var there = await host.RunAsync(
                new() { Name = "look for the assets", Programs = [["test", "-d", folder]], Deadline = context.Timeouts.Query, IsRepeatable = true },
                onLine: null,
                token);
            if (!there.EnsureEnded().IsSuccess)
                await context.Log.WriteAsync(
                    server.Name, Severity.Warning, $"There are no assets in public/{context.Wanted.AssetPrefix}. If they go elsewhere, say so in the setting asset.prefix.");
        },
        cancellationToken);
}
