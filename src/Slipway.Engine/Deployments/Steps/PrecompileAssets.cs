namespace Slipway.Engine.Deployments.Steps;

internal static class PrecompileAssets
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (_, host, token) =>
        {
            var result = await host.RunAsync(AppCommands.Rake(context, "precompile assets", "assets:precompile"), onLine: null, token);
            result.EnsureSuccess();
        },
        cancellationToken);
}
