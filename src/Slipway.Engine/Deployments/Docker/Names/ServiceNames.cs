using System.Collections.Concurrent;
using System.Text;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>nginx's part in the names of services. It is switched together with the sites; here is what comes before and after that.</summary>
internal static class ServiceNames
{
    /// <summary>The file by which a server asks the given containers; none where the stack has no names of this kind.</summary>
    public static IReadOnlyList<FileChange> Files(DeployContext context, ServerSpec server, IReadOnlyDictionary<string, NameTargets> targets)
    {
        if (!context.State.Names.TryGetValue(server.Uid, out var names))
            return [];
        return [File(context, TextOf(context, server, names, targets))];
    }

    /// <summary>The file as it was before this work.</summary>
    public static IReadOnlyList<FileChange> Former(DeployContext context, ServerSpec server) => !context.State.Names.TryGetValue(server.Uid, out var names) ? []
        : names.Before is null ? [new Remove(context.Paths.NginxStream)]
        : [File(context, names.Before)];

    /// <summary>
    /// Makes new containers known where nobody is asked yet: services that require others need those while they start, and the other servers
    /// must not switch to a server that does not listen. Of a service that has had containers without such a name, those are made known that serve.
    /// </summary>
    /// <param name="context">The work.</param>
    /// <param name="isLast">Whether they are the last to start, and of one service.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task IntroduceAsync(DeployContext context, bool isLast, CancellationToken cancellationToken)
    {
        var names = context.State.Names;
        // After that of a first deployment, or on a server that is alone, comes the switch, and nobody asks before.
        if (names.Count == 0 || (isLast && (IsAlone(context) || names.Values.All(own => own.Before is null))))
            return;
        var targets = new ConcurrentDictionary<string, NameTargets>();
        await context.OnWebServersAsync(
            async (server, host, token) =>
            {
                var present = await StackContainers.ListAsync(context, host, token);
                var serving = ContainerState.Serving(present, context.Run).Where(container => container.IsUp).ToList();
                var first = present.Where(container => container.Run == context.Run && container.IsUp && !serving.Exists(other => other.Service == container.Service));
                targets[server.Uid] = new([.. serving, .. first], []);
            },
            cancellationToken);
        await WriteAsync(
            context,
            server => NameFiles.Extended(
                PresentFor(context, names[server.Uid]),
                context.Paths,
                NamePlan.NetworkOf(context.Wanted, server, names[server.Uid]),
                NamePlan.For(context.Wanted, context.Docker, server, names, targets)),
            server => names[server.Uid].Before ?? NameFiles.NoStream,
            cancellationToken);
    }

    /// <summary>Forgets containers that served until the switch, before they end. A server that is alone has forgotten them with it.</summary>
    public static async Task SettleAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var names = context.State.Names;
        if (names.Count == 0 || IsAlone(context))
            return;
        var plans = await StackContainers.PlansAsync(context, cancellationToken);
        var (atSwitch, after) = (plans.ToDictionary(plan => plan.Key, plan => NameTargets.AtSwitch(plan.Value)), plans.ToDictionary(plan => plan.Key, plan => NameTargets.After(plan.Value)));
        await WriteAsync(context, server => TextOf(context, server, names[server.Uid], after), server => TextOf(context, server, names[server.Uid], atSwitch), cancellationToken);
    }

    /// <summary>Asks only containers of the servers that the stack has now, as after the removal of one.</summary>
    public static async Task RefreshAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var names = context.State.Names;
        if (names.Count == 0)
            return;
        var targets = (await StackContainers.PlansAsync(context, cancellationToken)).ToDictionary(plan => plan.Key, plan => NameTargets.After(plan.Value));
        await WriteAsync(context, server => TextOf(context, server, names[server.Uid], targets), server => names[server.Uid].Before, cancellationToken);
    }

    private static bool IsAlone(DeployContext context) => context.Wanted.WebServers.Take(2).Count() < 2;

    // Whether nginx must be told is not asked of the file: the work may have been cut off between the two.
    private static Task WriteAsync(
        DeployContext context, Func<ServerSpec, string> textOf, Func<ServerSpec, string?> presentOf, CancellationToken cancellationToken) => context.OnWebServersAsync(
        async (server, host, token) =>
        {
            if (!context.State.Names.ContainsKey(server.Uid) || textOf(server) is not { } text || text == presentOf(server))
                return;
            await host.ApplyAsync([File(context, text)], token);
            await Switcher.CheckAsync(context, host, token);
            await Switcher.ReloadAsync(context, host, token);
        },
        cancellationToken);

    private static string TextOf(DeployContext context, ServerSpec server, ServerNames names, IReadOnlyDictionary<string, NameTargets> targets) => NameFiles.StackStream(
        context.Paths,
        NamePlan.NetworkOf(context.Wanted, server, names),
        NamePlan.For(context.Wanted, context.Docker, server, context.State.Names, targets).Select(entry => WithAbsent(context, names, entry)));

    // Those that only Slipway cannot reach serve on, and what is asked of them is nothing new.
    private static NameEntry WithAbsent(DeployContext context, ServerNames names, NameEntry entry) =>
        entry with { Peers = [.. entry.Peers, .. context.AbsentServers.SelectMany(server => NameFiles.PeersOf(names.Before ?? "", context.Paths, entry, DatabaseNetwork.PrivateAddressOf(server)))] };

    // What was written for a network that has been made anew with other addresses answers none of this server's containers.
    private static string PresentFor(DeployContext context, ServerNames names) =>
        names.Before is { } before && (!IsAlone(context) || before.Contains($" {names.Gateway}:", StringComparison.Ordinal)) ? before : NameFiles.NoStream;

    private static WriteFile File(DeployContext context, string text) => new(context.Paths.NginxStream, Encoding.UTF8.GetBytes(text));
}
