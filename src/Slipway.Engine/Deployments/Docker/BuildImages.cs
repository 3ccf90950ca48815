using System.Text;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Builds or pulls the image of each service on each server, under a name that says which release it is of.</summary>
internal static class BuildImages
{
    private const string DockerDirectory = "/var/lib/docker";

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            // Services that are built alike share the image.
            foreach (var alike in context.Docker.Services.Where(service => service.Build is not null).GroupBy(service => service.Build!))
                await BuildAsync(context, host, alike.Key, [.. alike], token);
            await PullAllAsync(context, server, host, token);
            await host.ApplyAsync([new Remove(context.ReleaseDirectory)], token);
        },
        cancellationToken);

    private static async Task BuildAsync(
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
        var result = await host.RunAsync(
            Long(context, $"build {services[0].Name}", [program], context.Timeouts.ImageBuild), onLine: null, cancellationToken);
        if (!result.IsSuccess)
            await DiskSpace.ThrowIfFullAsync(context, host, DockerDirectory, result.Tail, cancellationToken);
        result.EnsureSuccess();
    }

    private static async Task PullAllAsync(DeployContext context, ServerSpec server, IRemoteHost host, CancellationToken cancellationToken)
    {
        var pulled = context.Docker.Services.Where(service => service.Build is null).ToList();
        if (pulled.Count == 0)
            return;
        var variables = context.Variables(server).ToDictionary(variable => variable.Key, variable => variable.Value, StringComparer.Ordinal);
        if (context.Docker.Registry is { } registry)
            await SignInAsync(context, host, registry, variables, cancellationToken);
        try
        {
            foreach (var service in pulled)
                await PullAsync(context, host, service, variables, cancellationToken);
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

    private static async Task PullAsync(
        DeployContext context, IRemoteHost host, ServiceDefinition service, IReadOnlyDictionary<string, Secret> variables, CancellationToken cancellationToken)
    {
        var image = ContainerEnvironment.Resolve(service.Image!, variables, $"{service.Name}: image");
        if (!ServiceTexts.IsImage(image))
            throw new UserErrorException($"{service.Name}: {service.Image} stands for '{image}', which is not the name of an image.");
        IReadOnlyList<IReadOnlyList<string>> programs = [DockerCommands.Pull(image), DockerCommands.Tag(image, context.Paths.Image(service.Name, context.Release))];
        var result = await host.RunAsync(Long(context, $"pull {service.Name}", programs, context.Timeouts.ImagePull), onLine: null, cancellationToken);
        if (!result.IsSuccess)
            await DiskSpace.ThrowIfFullAsync(context, host, DockerDirectory, result.Tail, cancellationToken);
        result.EnsureSuccess();
    }

    private static RemoteCommand Long(DeployContext context, string name, IReadOnlyList<IReadOnlyList<string>> programs, TimeSpan deadline) =>
        new() { Name = name, Programs = programs, Environment = DockerCommands.Environment(context.Paths), Deadline = deadline };
}
