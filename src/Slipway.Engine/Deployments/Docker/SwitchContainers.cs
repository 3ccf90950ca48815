using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker.Names;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>Sends new requests to the containers that are to serve from now on, on all servers or on none.</summary>
internal static class SwitchContainers
{
    public static async Task PrepareAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var plans = await StackContainers.PlansAsync(context, cancellationToken);
        await context.OnWebServersAsync((server, host, token) => ContainerHealth.RequireAllUpAsync(context, server, host, plans[server.Uid], token), cancellationToken);
        var targets = plans.ToDictionary(plan => plan.Key, plan => NameTargets.AtSwitch(plan.Value));
        await context.OnWebServersAsync(
            async (server, host, token) =>
            {
                var sites = SitesOf(context.Docker, [.. plans[server.Uid].Serving]);
                await TakenPorts.RefuseAsync(context, server, host, sites, token);
                await TellOfKeptAsync(context, server, sites, plans[server.Uid]);
                await WriteSitesAsync(context, server, sites, ServiceNames.Files(context, server, targets), token);
            },
            cancellationToken);
        context.State.IsPrepared = true;
    }

    public static async Task SwitchAsync(DeployContext context, CancellationToken cancellationToken)
    {
        await context.OnWebServersAsync((_, host, token) => Switcher.ReloadAsync(context, host, token), cancellationToken);
        List<ServingContainer> serving = [];
        await context.OnWebServersAsync(
            async (server, host, token) =>
            {
                var plan = StackContainers.Plan(context, server, await StackContainers.ListAsync(context, host, token));
                await ContainerHealth.RequireAllUpAsync(context, server, host, plan, token);
                if (plan.Own.Count > 0)
                    await StackContainers.ChangeAsync(
                        context, host, StackContainers.Quick(context, "keep containers", DockerQueries.Pin(plan.Own.Select(container => container.Id))), token);
                lock (serving)
                    serving.AddRange(plan.Serving.Select(container => ServingContainer.Of(server.Uid, container)));
            },
            cancellationToken);
        context.State.Containers = serving;
    }

    private static async Task TellOfKeptAsync(DeployContext context, ServerSpec server, IReadOnlyList<ContainerSite> sites, ContainerPlan plan)
    {
        foreach (var site in sites.Where(site => site.Targets.Count == 0 && plan.Staying.Any(container => container.Service == site.Service)))
            await context.Log.WriteAsync(server.Name, Severity.Warning, FormattableString.Invariant(
                $"Nobody answers on port {site.Port}: deployments leave the containers of {site.Service} alone (restart_on_deploy: false), and those were started with other ports. Restart the service."));
    }

    /// <summary>Writes nginx's files and has them checked; requests go on as before.</summary>
    public static Task WriteSitesAsync(
        DeployContext context, ServerSpec server, IReadOnlyList<ContainerSite> sites, IReadOnlyList<FileChange> others, CancellationToken cancellationToken) =>
        Switcher.PrepareAsync(
            context,
            context.Hosts(server),
            new(ContainerSites.Upstreams(context.Paths, sites), ContainerSites.Sites(context.Stack, server, sites))
            {
                DefaultSite = server.AnswersUnknownNames ? ContainerSites.DefaultSite(context.Stack, server, sites) : null,
                Others = others,
            },
            cancellationToken);

    /// <summary>The wanted services, with those containers that offer their ports.</summary>
    public static IReadOnlyList<ContainerSite> SitesOf(DockerDefinition definition, IReadOnlyList<ContainerState> serving) =>
    [
        .. from service in definition.Services
           from port in service.Ports
           from offer in port.Offers
           select new ContainerSite(
               service.Name,
               offer.Port,
               [.. serving.Where(container => container.Service == service.Name && container.Ports.ContainsKey(port.Container)).Select(container => container.Ports[port.Container])],
               offer.IsHttps),
    ];

    /// <summary>The same from what the containers say themselves: their definition may be another one than that of the release at hand.</summary>
    public static IReadOnlyList<ContainerSite> SitesOf(IReadOnlyList<ContainerState> serving) =>
    [
        .. from container in serving
           from port in container.Offered.Split(' ').Select(ServiceTexts.Port).OfType<PortDefinition>()
           where container.Ports.ContainsKey(port.Container)
           from offer in port.Offers
           group container.Ports[port.Container] by (container.Service, Offer: offer) into targets
           select new ContainerSite(targets.Key.Service, targets.Key.Offer.Port, [.. targets], targets.Key.Offer.IsHttps),
    ];
}
