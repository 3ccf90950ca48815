using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Provisioning.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>What a server needs to lead names of services where they belong, for as long as containers that know them are there.</summary>
internal static class NameDrift
{
    /// <summary>Whether something of it is gone, as when somebody has flushed nftables or removed a file.</summary>
    public static async Task<bool> IsLackingAsync(StackPaths paths, EngineTimeouts timeouts, IRemoteHost host, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            ((string[])[paths.NameRules, paths.NginxStream, NameFiles.StreamPath, NameFiles.RulesPath, NameFiles.SettingsPath, SystemdCommands.WantsLink(NameFiles.Unit)])
                .Select(path => host.ReadFileAsync(path, cancellationToken)));
        if (found[0] is not { } rules || found.Contains(null))
            return true;
        var (result, loaded) = await host.ReadAsync(StackContainers.Quick(paths, timeouts, "look at the rules for names", NameFiles.Show(paths)), cancellationToken);
        if (result.Outcome is not RemoteOutcome.Exited)
            result.EnsureSuccess();
        return NameFiles.RulesOf(Encoding.UTF8.GetString(rules)).Any(rule => !loaded.Any(line => line.Contains(rule, StringComparison.Ordinal)));
    }

    /// <summary>Prepares servers for names once more, where containers have them already. Rules and nginx's file of the stack come back with the steps behind.</summary>
    public static Task PrepareAgainAsync(DeployContext context, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            var component = new NamesComponent();
            if (component.Plan(context.Stack, server) is { } plan && (await StackContainers.ListAsync(context, host, token)).Any(container => container.KnowsNames))
                await component.ConfigureAsync(new ComponentRun(context.Stack, server, plan, host, context.Log, context.Timeouts), token);
        },
        cancellationToken);
}
