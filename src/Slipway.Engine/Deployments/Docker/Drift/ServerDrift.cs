using System.Globalization;
using Slipway.Engine.Analysis.Docker;

namespace Slipway.Engine.Deployments.Docker.Drift;

/// <summary>In what a server is not as the last work on its stack left it. What is found has a name that is the same at each look.</summary>
internal static class ServerDrift
{
    /// <param name="wanted">Docker's identifiers of the containers that are to serve there.</param>
    /// <param name="present">The containers that Slipway has started there.</param>
    /// <param name="targets">The ports to which nginx hands requests on.</param>
    /// <param name="failedRuns">Work that did not come to the switch: nothing of it is to be there.</param>
    /// <param name="kept">Containers that are to get no requests, by <see cref="Kept"/>.</param>
    public static IReadOnlyList<string> Find(
        IReadOnlyCollection<string> wanted, IReadOnlyList<ContainerState> present, IReadOnlySet<int> targets, IReadOnlySet<string> failedRuns,
        IReadOnlyDictionary<string, IReadOnlyList<int>> kept)
    {
        var serving = present.Where(container => wanted.Contains(container.Id)).ToList();
        var (up, ports) = (serving.Where(container => container.IsUp).ToList(), serving.SelectMany(container => container.Ports.Values).ToHashSet());
        return
        [
            .. wanted.Except(up.Select(container => container.Id)),
            // A machine that vanished in the middle of a switch comes back with nginx handing requests to what was never to serve.
            .. targets.Where(port => !ports.Contains(port)).Order().Select(port => string.Create(CultureInfo.InvariantCulture, $"target {port}")),
            .. PassedOver(wanted, present, targets).Where(container => !kept.ContainsKey(container.Id)).Select(container => $"{container.Id} without requests"),
            .. present.Except(serving).Where(container => container.IsPinned || failedRuns.Contains(container.Run)).Select(container => $"{container.Id} too many"),
        ];
    }

    /// <summary>Containers that nginx hands no requests to, though they were made for that.</summary>
    public static IReadOnlyList<ContainerState> PassedOver(IReadOnlyCollection<string> wanted, IReadOnlyList<ContainerState> present, IReadOnlySet<int> targets) =>
        [.. present.Where(container => wanted.Contains(container.Id) && container.IsUp && IsPassedOver(container, targets))];

    /// <summary>
    /// Those of them to which that happens on purpose, by id: deployments leave their service alone, and it has other ports by now. With each the
    /// ports of containers that are offered in place of its own.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<int>> Kept(IEnumerable<ContainerState> passedOver, DockerDefinition? definition)
    {
        var kept = new Dictionary<string, IReadOnlyList<int>>();
        foreach (var container in passedOver)
            if (definition?.Services.FirstOrDefault(service => service.Name == container.Service) is { RestartOnDeploy: false } service
                && SwitchContainers.SitesOf(definition, [container]).All(site => site.Targets.Count == 0))
                kept[container.Id] = [.. service.Ports.Where(port => port.Offers.Any()).Select(port => port.Container)];
        return kept;
    }

    /// <summary>The work that made what is neither to serve nor kept for ever: old containers that answer their last requests, or the rest of a failure.</summary>
    public static IReadOnlyList<string> RunsToLookUp(IReadOnlyCollection<string> wanted, IReadOnlyList<ContainerState> present) =>
        [.. present.Where(container => !wanted.Contains(container.Id) && !container.IsPinned).Select(container => container.Run).Distinct()];

    private static bool IsPassedOver(ContainerState container, IReadOnlySet<int> targets)
    {
        var offered = SwitchContainers.SitesOf([container]).SelectMany(site => site.Targets).ToList();
        return offered.Count > 0 && !offered.Exists(targets.Contains);
    }
}
