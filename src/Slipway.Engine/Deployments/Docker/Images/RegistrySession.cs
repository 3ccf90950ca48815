using System.Text;
using System.Text.Json.Nodes;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Images;

/// <summary>Work for which a server is signed in to the registry of the definition, where that names one.</summary>
internal static class RegistrySession
{
    private const string DockerHub = "docker.io";
    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>Removes what Docker keeps of the password, which is only encoded. A server that was lost in between may still have it.</summary>
    public static FileChange Forget(StackPaths paths) => new Remove(FileOf(paths));

    /// <summary>What Docker would keep of a sign-in.</summary>
    public static byte[] Configuration(string url, string user, string password)
    {
        var key = url == DockerHub ? DockerHubKey : url;
        var auth = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")) };
        return Encoding.UTF8.GetBytes(new JsonObject { ["auths"] = new JsonObject { [key] = auth } }.ToJsonString());
    }

    public static async Task RunAsync(DeployContext context, ServerSpec server, IRemoteHost host, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            if (context.Docker.Registry is { } registry)
                await SignInAsync(context, host, registry, ContainerEnvironment.Known(context, server), cancellationToken);
            await work();
        }
        finally
        {
            await host.ApplyAsync([Forget(context.Paths)], CancellationToken.None);
        }
    }

    private static string FileOf(StackPaths paths) => $"{paths.DockerConfiguration}/config.json";

    private static async Task SignInAsync(
        DeployContext context, IRemoteHost host, RegistryDefinition registry, IReadOnlyDictionary<string, Secret> variables, CancellationToken cancellationToken)
    {
        var (url, user, password) = (Of(registry.Url, "url"), Of(registry.Username, "username"), Of(registry.Password, "password"));
        await host.ApplyAsync(
            [
                new MakeDirectory(context.Paths.DockerConfiguration, Modes.PrivateDirectory),
                new WriteFile(FileOf(context.Paths), Configuration(url, user, password), Modes.Private),
            ],
            cancellationToken);
        var result = await host.RunAsync(
            StackContainers.Quick(context, "sign in to the registry", DockerCommands.SignIn(url)) with { Deadline = context.Timeouts.GitQuery }, onLine: null, cancellationToken);
        if (!result.EnsureEnded().IsSuccess)
            throw new UserErrorException($"The registry {url} does not let {user} in. Check the registry of the definition and its password's variable. Docker says:\n{string.Join('\n', result.Tail)}");

        string Of(string text, string field)
        {
            var value = ContainerEnvironment.Resolve(text, variables, $"repositories: {field}");
            return value.Length > 0 && !value.StartsWith('-') && !value.Any(char.IsControl)
                ? value
                : throw new UserErrorException($"repositories: {field} is empty, begins with a dash or holds control characters. Set the variable that it names, then deploy again.");
        }
    }
}
