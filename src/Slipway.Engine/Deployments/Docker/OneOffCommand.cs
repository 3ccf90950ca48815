using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Host;
using Slipway.Engine.Deployments.Steps;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>A command that runs once, in a new container of a service. No other work knows of it, so a deployment neither waits for it nor ends it.</summary>
internal sealed record OneOffCommand(ServerSpec Server, ServiceDefinition Service, IReadOnlyList<string> Arguments)
{
    private const int GraceSeconds = 10;

    public IReadOnlyList<Step<DeployContext>> Steps =>
    [
        new("prepare the container", PrepareAsync),
        new("run the command", RunAsync) { Deadline = TimeSpan.FromHours(1) },
        new("tidy up", TidyUpAsync),
    ];

    /// <summary>Whatever became of the command: its container and its files are gone.</summary>
    public async Task TidyUpAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var host = context.Hosts(Server);
        var removed = await host.RunAsync(
            StackContainers.Quick(context, "remove the container", DockerCommands.StopAndRemove([ContainerOf(context).Name], GraceSeconds)), onLine: null, cancellationToken);
        removed.EnsureSuccess();
        await host.ApplyAsync([new Remove(context.Paths.CommandFiles(context.Run))], cancellationToken);
    }

    /// <summary>Removes files of commands whose server was lost when they were to be tidied up. Docker reads them when a command starts.</summary>
    public static IReadOnlyList<string> RemoveOld(StackPaths paths) =>
    [
        "find", paths.Configuration, "-ignore_readdir_race", "-mindepth", "2", "-maxdepth", "2", "-path", $"{paths.Commands}/*", "-mmin", "+60",
        "-exec", "rm", "--recursive", "--force", "--", "{}", "+",
    ];

    private async Task PrepareAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await HostLeave.RequireAsync(context, Server, context.Hosts(Server), [Service], cancellationToken);
        context.State.HasNames = await context.Hosts(Server).ReadFileAsync(context.Paths.NginxStream, cancellationToken) is not null;
        var container = ContainerOf(context);
        var variables = WriteContainerFiles.VariablesOf(context, Server, Service);
        await context.Hosts(Server).ApplyAsync(
            [
                // There is one at a time.
                new Remove(context.Paths.Commands),
                new MakeDirectory(context.Paths.CommandFiles(context.Run), Modes.PrivateDirectory),
                new WriteFile(container.EnvironmentFile, ContainerEnvironment.File(variables), Modes.Private),
            ],
            cancellationToken);
    }

    private async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var result = await context.Hosts(Server).RunAsync(
            new()
            {
                Name = $"a command of {Service.Name}",
                Programs = [ContainerOf(context).RunOnce(Arguments)],
                Environment = DockerCommands.Environment(context.Paths),
                Deadline = context.Timeouts.UserCommand,
            },
            onLine: null,
            cancellationToken);
        if (result is { Outcome: RemoteOutcome.Exited, ExitCode: not 0 })
            throw new UserErrorException($"The command ended with exit code {result.ExitCode}.");
        result.EnsureSuccess();
    }

    private NewContainer ContainerOf(DeployContext context) => StackContainers.New(context, Service, 0) with { IsApart = true };
}
