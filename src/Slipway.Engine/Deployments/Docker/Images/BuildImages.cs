using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Builds the image of each service that the repository is to make one of, on one server, under a name that says which release it is of.</summary>
internal static class BuildImages
{
    public static bool IsNeeded(DeployContext context) => context.Docker.Services.Any(service => service.Build is not null);

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnServersAsync(
        [.. context.Wanted.Builders],
        async (server, host, token) =>
        {
            // A Dockerfile may begin with an image that only the registry has.
            await RegistrySession.RunAsync(context, server, host, () => BuildAllAsync(context, host, token), token);
            await host.ApplyAsync([new Remove(context.ReleaseDirectory)], token);
        },
        cancellationToken);

    private static async Task BuildAllAsync(DeployContext context, IRemoteHost host, CancellationToken cancellationToken)
    {
        // Services that are built alike share the image.
        foreach (var alike in context.Docker.Services.Where(service => service.Build is not null).GroupBy(service => service.Build!))
            await BuildAsync(context, host, alike.Key, [.. alike], cancellationToken);
    }

    private static Task BuildAsync(
        DeployContext context, IRemoteHost host, BuildDefinition build, IReadOnlyList<ServiceDefinition> services, CancellationToken cancellationToken)
    {
        var directory = context.ReleaseDirectory;
        var program = DockerCommands.Build(
            context.Paths,
            context.Release,
            context.State.Commit,
            $"{directory}/{build.Dockerfile}",
            build.Context.Length > 0 ? $"{directory}/{build.Context}" : directory,
            services.Select(service => context.Paths.Image(service.Name, context.Release)));
        return ImageWork.RunAsync(context, host, $"build {services[0].Name}", [program], context.Timeouts.ImageBuild, cancellationToken);
    }
}
