using System.Collections.Concurrent;
using System.Text;
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
        var variables = VariablesOf(context, first);
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
            servers, (server, host, token) => SignedInAsync(context, server, host, service => pull(host, service, token), token), cancellationToken);
    }

    private static IEnumerable<ServiceDefinition> Pulled(DeployContext context) => context.Docker.Services.Where(service => service.Build is null);

    private static Dictionary<string, Secret> VariablesOf(DeployContext context, ServerSpec server) =>
        context.Variables(server).ToDictionary(variable => variable.Key, variable => variable.Value, StringComparer.Ordinal);

    private static string NameOf(ServiceDefinition service, IReadOnlyDictionary<string, Secret> variables)
    {
        var image = ContainerEnvironment.Resolve(service.Image!, variables, $"{service.Name}: image");
        return ServiceTexts.IsImage(image)
            ? image
            : throw new UserErrorException($"{service.Name}: {service.Image} stands for '{image}', which is not the name of an image.");
    }

    private static async Task SignedInAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, Func<ServiceDefinition, Task> pull, CancellationToken cancellationToken)
    {
        if (context.Docker.Registry is { } registry)
            await SignInAsync(context, host, registry, VariablesOf(context, server), cancellationToken);
        try
        {
            // What an attempt that was cut off has left would be no longer found once its tag moves on.
            await Originals(context, host).LetGoAsync(cancellationToken);
            foreach (var service in Pulled(context))
                await pull(service);
            await Originals(context, host).LetGoAsync(cancellationToken);
        }
        finally
        {
            // What Docker keeps of the password is only encoded.
            await host.ApplyAsync([new Remove($"{context.Paths.DockerConfiguration}/config.json")], CancellationToken.None);
        }
    }

    private static async Task SignInAsync(
        DeployContext context, IRemoteHost host, RegistryDefinition registry, IReadOnlyDictionary<string, Secret> variables, CancellationToken cancellationToken)
    {
        var (url, user, password) = (Of(registry.Url, "url"), Of(registry.Username, "username"), Of(registry.Password, "password"));
        var result = await host.RunAsync(
            StackContainers.Quick(context, "sign in to the registry", DockerCommands.SignIn(url, user)) with
            {
                OpenInput = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(password))),
                Deadline = context.Timeouts.GitQuery,
            },
            onLine: null,
            cancellationToken);
        if (!result.IsSuccess)
            throw new UserErrorException($"The registry {url} does not let {user} in. Check the registry of the definition and its password's variable. Docker says:\n{string.Join('\n', result.Tail)}");

        string Of(string text, string field)
        {
            var value = ContainerEnvironment.Resolve(text, variables, $"repositories: {field}");
            return value.Length > 0 && !value.StartsWith('-') && !value.Any(char.IsControl)
                ? value
                : throw new UserErrorException($"repositories: {field} is empty, begins with a dash or holds control characters. Set the variable that it names, then deploy again.");
        }
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
