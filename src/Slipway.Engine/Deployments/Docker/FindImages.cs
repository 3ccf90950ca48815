using Slipway.Engine.Commands.Docker;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Makes sure that every server has the images of a release before anything is touched.</summary>
internal static class FindImages
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            foreach (var service in context.Docker.Services)
            {
                var found = await host.RunAsync(
                    StackContainers.Quick(context, "look for the image", DockerCommands.FindImage(context.Paths.Image(service.Name, context.Release))),
                    onLine: null,
                    token);
                if (!found.IsSuccess)
                    throw new UserErrorException($"The image of {service.Name} of release {context.Release} is not on {server.Name}. Deploy its commit {context.State.Commit} instead.");
            }
        },
        cancellationToken);
}
