using System.Globalization;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Deployments.Docker.Names;

/// <summary>The containers of one server that are asked under the names of their services.</summary>
/// <param name="Serving">Those that are to be asked.</param>
/// <param name="Spare">Those that the other servers reach there as long as no other of their service is: they may ask a moment too early or too late.</param>
internal sealed record NameTargets(IReadOnlyList<ContainerState> Serving, IReadOnlyList<ContainerState> Spare)
{
    /// <summary>What is asked while the servers switch, one a moment after the other.</summary>
    public static NameTargets AtSwitch(ContainerPlan plan) => new([.. plan.Serving], [.. plan.Leaving.Where(container => container is { IsPinned: true, IsUp: true })]);

    /// <summary>What is asked from then on.</summary>
    public static NameTargets After(ContainerPlan plan) => new([.. plan.Serving], []);
}

/// <summary>Decides where each server finds the services of the stack.</summary>
internal static class NamePlan
{
    /// <summary>How a port of a service is called where ports are kept: api/4000.</summary>
    public static string KeyOf(string service, int port) => string.Create(CultureInfo.InvariantCulture, $"{service}/{port}");

    /// <summary>All ports of all services.</summary>
    public static IReadOnlyList<string> Keys(DockerDefinition definition) => [.. Ports(definition).Select(port => KeyOf(port.Service, port.Port)).Distinct()];

    /// <summary>The names that containers are given, with their addresses: those of services that have ports.</summary>
    public static IReadOnlyDictionary<string, string> Hosts(DockerDefinition definition) =>
        ServiceAddresses.For(definition.Services.Where(service => service.Ports.Count > 0).Select(service => service.Name).Order(StringComparer.Ordinal));

    /// <summary>The variables by which services find each other. The name is the address: it leads to the right place wherever it is looked up.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables(DockerDefinition definition)
    {
        foreach (var service in definition.Services.Where(service => service.Ports.Count > 0))
        {
            var prefix = string.Concat(service.Name.ToUpperInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
            // No shell has variables that begin with a digit.
            if (char.IsAsciiDigit(prefix[0]))
                continue;
            yield return new($"{prefix}_ADDRESS_INT", service.Name);
            yield return new($"{prefix}_ADDRESS", service.Name);
            yield return new($"{prefix}_PORT", service.Ports[0].Container.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Where nginx listens for each address and port. What the stack had before comes last: its containers may still be there.</summary>
    public static IReadOnlyList<(string Address, int Port, int Entry)> Rules(DockerDefinition definition, IReadOnlyDictionary<string, int> entries)
    {
        var known = entries.Select(entry => (Service: entry.Key.Split('/')[0], Port: int.Parse(entry.Key.Split('/')[1], CultureInfo.InvariantCulture), Entry: entry.Value))
            .OrderBy(entry => entry.Service, StringComparer.Ordinal).ThenBy(entry => entry.Port).ToList();
        var addresses = ServiceAddresses.For([.. Hosts(definition).Keys, .. known.Select(entry => entry.Service)]);
        return [.. known.Select(entry => (addresses[entry.Service], entry.Port, entry.Entry))];
    }

    /// <summary>Where databases are that run for this stack alone.</summary>
    public static IReadOnlyList<(string Address, int Port)> Databases(StackSpec stack) =>
    [
        .. from database in stack.Databases
           where !database.IsExternal && DatabaseKinds.IsOfOneStack(database.Kind)
           select (DatabaseNetwork.PrivateAddressOf(stack.Servers.First(server => server.Uid == database.ServerUid)), DatabasePorts.Of(database)),
    ];

    /// <summary>nginx's network for one server.</summary>
    public static NameNetwork NetworkOf(StackSpec stack, ServerSpec server, ServerNames names)
    {
        var others = stack.WebServers.Where(other => other.Uid != server.Uid).Select(DatabaseNetwork.PrivateAddressOf).Distinct().Order(StringComparer.Ordinal).ToList();
        // A server that is alone need not have an address by which others reach it.
        return new(names.Subnet, names.Gateway, others.Count > 0 ? DatabaseNetwork.PrivateAddressOf(server) : "", others);
    }

    /// <summary>What one server hands on, and where to.</summary>
    /// <param name="stack">The stack with all its servers.</param>
    /// <param name="definition">Its services.</param>
    /// <param name="server">The server that hands on.</param>
    /// <param name="names">What each server has for names, by uid.</param>
    /// <param name="targets">The containers of each server, by uid.</param>
    public static IReadOnlyList<NameEntry> For(
        StackSpec stack, DockerDefinition definition, ServerSpec server,
        IReadOnlyDictionary<string, ServerNames> names, IReadOnlyDictionary<string, NameTargets> targets)
    {
        var others = stack.WebServers.Where(other => other.Uid != server.Uid && names.ContainsKey(other.Uid)).ToList();
        return
        [
            .. from pair in Ports(definition)
               let here = PortsOf(targets[server.Uid].Serving, pair.Service, pair.Port)
               select new NameEntry(
                   pair.Service,
                   pair.Port,
                   names[server.Uid].Entries[KeyOf(pair.Service, pair.Port)],
                   here,
                   [
                       .. from other in others
                          let count = PortsOf(targets[other.Uid].Serving, pair.Service, pair.Port).Count
                          where count > 0
                          select new NamePeer(DatabaseNetwork.PrivateAddressOf(other), names[other.Uid].Entries[KeyOf(pair.Service, pair.Port)], count),
                   ],
                   here.Count > 0 ? here : PortsOf(targets[server.Uid].Spare, pair.Service, pair.Port)),
        ];
    }

    private static IEnumerable<(string Service, int Port)> Ports(DockerDefinition definition) =>
        definition.Services.SelectMany(service => service.Ports.Select(port => (service.Name, port.Container))).Distinct();

    private static IReadOnlyList<int> PortsOf(IEnumerable<ContainerState> containers, string service, int port) =>
        [.. containers.Where(container => container.Service == service && container.Ports.ContainsKey(port)).Select(container => container.Ports[port])];
}
