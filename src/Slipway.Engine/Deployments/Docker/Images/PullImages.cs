using System.Collections.Concurrent;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>
/// Pulls the images that registries have: on the first server by the names of the definition, then on the others by the digests that these stood for. A
/// tag that moves in between cannot put two versions into one release.
/// </summary>
internal static class PullImages
{
    public static bool IsNeeded(DeployContext context) => Pulled(context).Any();

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var first = context.PrimaryWebServer;
        var variables = ContainerEnvironment.Known(context, first);
        var pinned = new ConcurrentDictionary<string, string>();
        await OnServersAsync([first], async (host, service, token) =>
        {
            var image = NameOf(service, variables);
            await PullAsync(context, host, service, image, token);
            pinned[service.Name] = await PinAsync(context, host, service, image, token);
        });
        var others = context.WebServers.Where(server => server != first).ToList();
        if (others.Count > 0)
            await OnServersAsync(others, (host, service, token) => PullAsync(context, host, service, pinned[service.Name], token));

        Task OnServersAsync(IReadOnlyList<ServerSpec> servers, Func<IRemoteHost, ServiceDefinition, CancellationToken, Task> pull) => context.OnServersAsync(
            servers, (server, host, token) => RegistrySession.RunAsync(context, server, host, () => PullAllAsync(host, pull, token), token), cancellationToken);

        async Task PullAllAsync(IRemoteHost host, Func<IRemoteHost, ServiceDefinition, CancellationToken, Task> pull, CancellationToken token)
        {
            // What an attempt that was cut off has left would be no longer found once its tag moves on.
            await Originals(context, host).LetGoAsync(token);
            foreach (var service in Pulled(context))
                await pull(host, service, token);
            await Originals(context, host).LetGoAsync(token);
        }
    }

    private static IEnumerable<ServiceDefinition> Pulled(DeployContext context) => context.Docker.Services.Where(service => service.Build is null);

    private static string NameOf(ServiceDefinition service, IReadOnlyDictionary<string, Secret> variables)
    {
        var image = ContainerEnvironment.Resolve(service.Image!, variables, $"{service.Name}: image");
        return ServiceTexts.IsImage(image)
            ? image
            : throw new UserErrorException($"{service.Name}: {service.Image} stands for '{image}', which is not the name of an image.");
    }

    private static async Task PullAsync(DeployContext context, IRemoteHost host, ServiceDefinition service, string image, CancellationToken cancellationToken)
    {
        await Originals(context, host).NoteAsync(image, cancellationToken);
        await ImageWork.RunAsync(
            context, host, $"pull {service.Name}", [ImageCommands.Pull(image, context.Paths.Image(service.Name, context.Release))], context.Timeouts.ImagePull, cancellationToken);
    }

    private static PulledOriginals Originals(DeployContext context, IRemoteHost host) => new(context.Paths, host, context.Timeouts);

    private static async Task<string> PinAsync(
        DeployContext context, IRemoteHost host, ServiceDefinition service, string image, CancellationToken cancellationToken)
    {
        var lines = await StackContainers.LinesAsync(context, host, "look at the image's digests", ImageCommands.Digests(context.Paths.Image(service.Name, context.Release)), cancellationToken);
        return ImageDigests.Pin(image, string.Concat(lines));
    }
}
