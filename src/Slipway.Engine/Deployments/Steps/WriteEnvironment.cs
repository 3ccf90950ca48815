using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Writes the stack's variables to every server, for units and for shells.</summary>
internal static class WriteEnvironment
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            var changed = await host.ApplyAsync(Files(context, server), token);
            if (changed.Count > 0)
                await context.SayAsync(server, "The environment variables have changed.");
        },
        cancellationToken);

    private static IReadOnlyList<FileChange> Files(DeployContext context, ServerSpec server)
    {
        var (paths, variables) = (context.Paths, context.Variables(server));
        return
        [
            new WriteFile(paths.EnvironmentFile, EnvironmentFile.ForShell(variables), Modes.GroupReadable, "root", paths.User),
            new WriteFile(paths.UnitEnvironmentFile, EnvironmentFile.ForUnit(variables), Modes.GroupReadable, "root", paths.User),
        ];
    }
}
