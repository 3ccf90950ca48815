using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Steps;

/// <summary>Writes the stack's variables to every server, for shells; processes find theirs in the files of their run.</summary>
internal static class WriteEnvironment
{
    public static Task RunAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        (server, host, token) => ApplyAsync(context, server, host, [], token), cancellationToken);

    /// <summary>The same on one server, in one request with what belongs to it.</summary>
    public static async Task ApplyAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, IReadOnlyList<FileChange> others, CancellationToken cancellationToken)
    {
        var file = EnvironmentFile.ForShell(context.Variables(server));
        var changed = await host.ApplyAsync(
            [new WriteFile(context.Paths.EnvironmentFile, file, Modes.GroupReadable, "root", context.Paths.User), .. others], cancellationToken);
        if (changed.Contains(context.Paths.EnvironmentFile))
            await context.SayAsync(server, "The environment variables have changed.");
    }
}
