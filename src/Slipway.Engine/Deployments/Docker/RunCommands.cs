using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Host;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Runs build_command, or deploy_command once there was a build, in a container of its own and on one server only.</summary>
internal static class RunCommands
{
    public static bool HasAny(DeployContext context) => context.Docker.Services.Any(service => CommandOf(context, service).Count > 0);

    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        foreach (var service in context.Docker.Waves().SelectMany(wave => wave).Where(service => CommandOf(context, service).Count > 0))
        {
            await HostLeave.RequireAsync(context, context.PrimaryWebServer, context.Hosts(context.PrimaryWebServer), [service], cancellationToken);
            var result = await context.Hosts(context.PrimaryWebServer).RunAsync(
                new()
                {
                    Name = $"{(context.IsBuild ? "build" : "deploy")} command of {service.Name}",
                    Programs = [StackContainers.New(context, service, 0).RunOnce(CommandOf(context, service))],
                    Environment = DockerCommands.Environment(context.Paths),
                    Deadline = context.Timeouts.UserCommand,
                },
                onLine: null,
                cancellationToken);
            result.EnsureSuccess();
        }
    }

    private static IReadOnlyList<string> CommandOf(DeployContext context, ServiceDefinition service) =>
        context.IsBuild ? service.BuildCommand : service.DeployCommand;
}
