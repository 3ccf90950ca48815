using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Host;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Runs build_command, or deploy_command once there was a build, in a container of its own and on one server only.</summary>
internal static class RunCommands
{
    public static bool HasAny(DeployContext context, IReadOnlyList<ServiceDefinition> services) => services.Any(service => CommandOf(context, service).Count > 0);

    /// <param name="context">The deployment.</param>
    /// <param name="services">Services all of whose requirements are healthy.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task RunAsync(DeployContext context, IReadOnlyList<ServiceDefinition> services, CancellationToken cancellationToken)
    {
        foreach (var service in services.Where(service => CommandOf(context, service).Count > 0))
        {
            await context.SayAsync(context.PrimaryWebServer, $"Runs the {(context.IsBuild ? "build_command" : "deploy_command")} of {service.Name}.");
            await HostLeave.RequireAsync(context, context.PrimaryWebServer, context.Hosts(context.PrimaryWebServer), [service], cancellationToken);
            var result = await context.Hosts(context.PrimaryWebServer).RunAsync(
                new()
                {
                    Name = $"{(context.IsBuild ? "build" : "deploy")} command of {service.Name}",
                    Programs = [ContainerOf(context, service).RunOnce(CommandOf(context, service))],
                    Environment = DockerCommands.Environment(context.Paths),
                    Deadline = context.Timeouts.UserCommand,
                },
                onLine: null,
                cancellationToken);
            result.EnsureSuccess();
        }
    }

    /// <summary>Whether a command runs in it, or is about to: Docker's own removal takes it away at its end.</summary>
    public static bool IsOfOne(DeployContext context, ContainerState container) =>
        context.Docker.Services.Any(service => ContainerOf(context, service).Name == container.Name);

    // Those that serve are counted from one.
    private static NewContainer ContainerOf(DeployContext context, ServiceDefinition service) => StackContainers.New(context, service, 0);

    private static IReadOnlyList<string> CommandOf(DeployContext context, ServiceDefinition service) =>
        context.IsBuild ? service.BuildCommand : service.DeployCommand;
}
