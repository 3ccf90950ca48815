using Slipway.Engine.Analysis.Docker;

namespace Slipway.Engine.Deployments.Docker;

/// <summary>What becomes of the containers of a stack on one server. It is the same however often it is made while the work goes on.</summary>
/// <param name="Missing">Containers to make, by service, each with its number.</param>
/// <param name="Own">Containers that this work has made.</param>
/// <param name="Staying">Earlier containers that go on.</param>
/// <param name="Leaving">Earlier containers that end after the switch.</param>
internal sealed record ContainerPlan(
    IReadOnlyList<(ServiceDefinition Service, int Number)> Missing,
    IReadOnlyList<ContainerState> Own,
    IReadOnlyList<ContainerState> Staying,
    IReadOnlyList<ContainerState> Leaving)
{
    /// <summary>What serves after the switch.</summary>
    public IEnumerable<ContainerState> Serving => Staying.Concat(Own);

    /// <summary>Earlier containers that are down, of services that lack some.</summary>
    public IEnumerable<ContainerState> Lost =>
        Leaving.Where(container => container is { IsPinned: true, IsUp: false } && Missing.Any(next => next.Service.Name == container.Service));

    /// <param name="definition">The services that are wanted.</param>
    /// <param name="countOf">How many containers of a service the server is to have.</param>
    /// <param name="present">What is there.</param>
    /// <param name="release">What is to serve. Of another release only what deployments leave alone goes on.</param>
    /// <param name="run">This work.</param>
    /// <param name="nameOf">Name of a container that this work makes.</param>
    /// <param name="change">What makes room.</param>
    public static ContainerPlan For(
        DockerDefinition definition, Func<string, int> countOf, IReadOnlyList<ContainerState> present, string release, string run,
        Func<ServiceDefinition, int, string> nameOf, ContainerChange change)
    {
        var own = present.Where(container => container.Run == run).ToList();
        var (missing, staying) = (new List<(ServiceDefinition, int)>(), new List<ContainerState>());
        foreach (var service in definition.Services)
        {
            var wanted = countOf(service.Name);
            var kept = present
                .Where(container => container.Service == service.Name && container.Run != run && container is { IsPinned: true, IsUp: true })
                .Where(container => !change.Replaces(container, service) && (container.Release == release || !service.RestartOnDeploy))
                // Where an earlier end of old containers failed, they are still there beside the new ones.
                .OrderByDescending(container => container.CreatedAt).ThenBy(container => container.Id, StringComparer.Ordinal).Take(wanted).ToList();
            staying.AddRange(kept);
            missing.AddRange(Enumerable.Range(1, wanted - kept.Count).Select(number => (service, number))
                .Where(next => own.TrueForAll(container => container.Name != nameOf(next.service, next.number))));
        }
        return new(missing, own, staying, [.. present.Where(container => container.Run != run && !staying.Contains(container))]);
    }
}
