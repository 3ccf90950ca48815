using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Writes the stack's variables to every server, for shells; processes find theirs in the files of their run.</summary>
internal static class WriteEnvironment
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            var file = EnvironmentFile.ForShell(context.Variables(server));
            var changed = await host.ApplyAsync(
                [new WriteFile(context.Paths.EnvironmentFile, file, Modes.GroupReadable, "root", context.Paths.User)], token);
            if (changed.Count > 0)
                await context.SayAsync(server, "The environment variables have changed.");
        },
        cancellationToken);
}
