using System.Collections.Concurrent;
using System.Text;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>
/// Finds out how services of a stack reach each other, and takes the ports for it. On a single server the only service of a stack has nobody to ask for it;
/// where there have been names, they stay, for the sake of the containers that know them.
/// </summary>
internal static class FindNames
{
    public static async Task RunAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var before = new ConcurrentDictionary<string, string?>();
        var ready = new ConcurrentBag<string>();
        await context.OnWebServersAsync(
            async (server, host, token) =>
            {
                var files = await Task.WhenAll(host.ReadFileAsync(context.Paths.NginxStream, token), host.ReadFileAsync(NameFiles.StreamPath, token));
                before[server.Uid] = files[0] is { } file ? Encoding.UTF8.GetString(file) : null;
                if (files[1] is not null)
                    ready.Add(server.Uid);
            },
            cancellationToken);
        var found = new ConcurrentDictionary<string, ServerNames>();
        var isAsked = NamePlan.Keys(context.Docker).Count > 0
            && (context.Docker.Services.Count > 1 || context.Wanted.WebServers.Count() > 1 || before.Values.Any(file => file is not null));
        if (isAsked && ready.Count == context.WebServers.Count)
            await context.OnWebServersAsync(
                async (server, host, token) => found[server.Uid] = await TakeAsync(context, server, host, before[server.Uid], token), cancellationToken);
        else if (isAsked)
            await context.SayAsync(
                server: null, "Services find each other by name across servers, and only healthy ones, after the next deployment, which prepares the servers for it.");
        context.State.Names = found.ToDictionary();
        context.State.HasNames = !found.IsEmpty;
    }

    private static async Task<ServerNames> TakeAsync(
        DeployContext context, ServerSpec server, IRemoteHost host, string? before, CancellationToken cancellationToken)
    {
        var networks = await StackContainers.LinesAsync(context, host, "look at the network", DockerQueries.Network(context.Paths), cancellationToken);
        // One with IPv6 has a subnet of each.
        if (networks.Select(line => line.Split(' ')).FirstOrDefault(parts => parts is [{ Length: > 0 } subnet, { Length: > 0 }] && subnet.Contains('.', StringComparison.Ordinal)) is not { } network)
            throw new UserErrorException($"Docker's network {context.Paths.Network} on {server.Name} has no IPv4 subnet with a gateway. Remove it there, then deploy again.");
        var entries = await PortClaims.ClaimAsync(context, host, NamePlan.Keys(context.Docker), cancellationToken);
        var names = new ServerNames { Subnet = network[0], Gateway = network[1].Split('/')[0], Entries = entries, Before = before };
        var rules = NameFiles.StackRules(
            context.Paths, NamePlan.NetworkOf(context.Wanted, server, names), NamePlan.Rules(context.Docker, entries), NamePlan.Databases(context.Wanted));
        await host.ApplyAsync([new WriteFile(context.Paths.NameRules, Encoding.UTF8.GetBytes(rules))], cancellationToken);
        // They only lead where nginx may listen, so they can come before it does; and they are all there again when somebody has flushed them.
        await StackContainers.LinesAsync(context, host, "lead names to nginx", NameFiles.Load(context.Paths), cancellationToken);
        return names;
    }
}
