namespace Slipway.Engine.Deployments.Steps;

/// <summary>Makes sure that a release is whole on every web server before anything is touched.</summary>
internal static class FindRelease
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            var revision = await host.ReadFileAsync($"{context.ReleaseDirectory}/REVISION", token);
            if (revision is null)
                throw new UserErrorException($"Release {context.Release} is not on {server.Name} any more. Deploy its commit {context.State.Commit} instead.");
        },
        cancellationToken);
}
