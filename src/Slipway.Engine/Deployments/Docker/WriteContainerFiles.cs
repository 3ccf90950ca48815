using System.Text;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Writes the variables: for shells as in any stack, and for each service as Docker reads them. Also makes the folders of logs.</summary>
internal static class WriteContainerFiles
{
    // Containers run as any user.
    private const int WritableByAll = 0x1FF;

    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        (server, host, token) => WriteEnvironment.ApplyAsync(context, server, host, FilesFor(context, server), token), cancellationToken);

    /// <summary>Refuses variables that containers cannot be given, before anything is done.</summary>
    public static Task CheckAsync(DeployContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var server in context.WebServers)
            foreach (var service in context.Docker.Services)
                ContainerEnvironment.File(VariablesOf(context, server, service));
        return Task.CompletedTask;
    }

    private static IReadOnlyList<FileChange> FilesFor(DeployContext context, ServerSpec server) =>
    [
        RegistrySession.Forget(context.Paths),
        new MakeDirectory(context.Paths.ContainerFiles(context.Run), Modes.PrivateDirectory),
        .. context.Docker.Services.Select(service => new WriteFile(
            StackContainers.New(context, service, 0).EnvironmentFile, ContainerEnvironment.File(VariablesOf(context, server, service)), Modes.Private)),
        .. context.Docker.Services.Where(service => service.LogFolder is not null).SelectMany(service => (FileChange[])
        [
            new MakeDirectory($"/var/log/containers/{context.Paths.Slug}", Modes.GroupListable, "root", context.Paths.User),
            new MakeDirectory(context.Paths.ContainerLogs(service.Name), WritableByAll),
        ]),
    ];

    public static IReadOnlyDictionary<string, Secret> VariablesOf(DeployContext context, ServerSpec server, ServiceDefinition service)
    {
        var all = ContainerEnvironment.Known(context, server);
        foreach (var (key, value) in NamePlan.Variables(context.Docker))
            all.TryAdd(key, new(value));
        var own = service.Environment.ToDictionary(
            pair => pair.Key, pair => new Secret(ContainerEnvironment.Resolve(pair.Value, all, $"{service.Name}: environment {pair.Key}")));
        foreach (var (key, value) in own)
            all[key] = value;
        return all;
    }
}

/// <summary>Variables as Docker's --env-file wants them, and texts that stand for one.</summary>
internal static class ContainerEnvironment
{
    // Docker reads no longer line.
    private const int MostBytes = 65_535;

    /// <summary>The stack's variables on a server, generated and the user's own.</summary>
    public static Dictionary<string, Secret> Known(DeployContext context, ServerSpec server) =>
        context.Variables(server).ToDictionary(variable => variable.Key, variable => variable.Value, StringComparer.Ordinal);

    /// <summary>Lines KEY=VALUE, in which nothing is quoted.</summary>
    public static byte[] File(IEnumerable<KeyValuePair<string, Secret>> variables)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (EnvironmentFile.FindProblem(key, value) is { } problem)
                throw new UserErrorException(problem + " Change the variable, then deploy again.");
            if (value.Reveal().Contains('\n', StringComparison.Ordinal))
                throw new UserErrorException($"The value of {key} has several lines, which containers cannot be given. Encode it, for example as base64, then deploy again.");
            var line = $"{key}={value.Reveal()}";
            if (Encoding.UTF8.GetByteCount(line) > MostBytes)
                throw new UserErrorException($"The variable {key} is too long: containers can be given at most {MostBytes} bytes with its name. Put it into a file, then deploy again.");
            text.Append(line).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The text itself, or the value of the variable that it stands for.</summary>
    public static string Resolve(string text, IReadOnlyDictionary<string, Secret> variables, string where)
    {
        if (ServiceTexts.Variable(text) is not { } name)
            return text;
        return variables.TryGetValue(name, out var value)
            ? value.Reveal()
            : throw new UserErrorException($"{where} is {text}, but the stack has no variable {name}. Set it, then deploy again.");
    }
}
