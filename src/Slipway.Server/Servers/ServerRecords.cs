using System.Net.Sockets;
using Slipway.Engine.Stacks;
using Slipway.Server.ServerGroups;
using Slipway.Server.Stacks;
using Record = Slipway.Contracts.Servers;

namespace Slipway.Server.Servers;

/// <summary>Servers as the API shows them.</summary>
internal static class ServerRecords
{
    private const string OwnServer = "BYOS";

    /// <summary>Needs the server with its machine.</summary>
    public static Record.Server From(Server server, Stack stack, string baseDomain) => From(server, server.Machine!, stack, baseDomain);

    private static Record.Server From(Server server, Machine machine, Stack stack, string baseDomain) => new()
    {
        Id = server.Id,
        Uid = server.Uid,
        Name = server.Name,
        Address = machine.Address,
        Distro = machine.Distribution,
        DistroVersion = machine.DistributionVersion,
        DnsRecord = $"{server.Name.ToLowerInvariant()}.{StackNames.Fqdn(stack.HostLabel, stack.Environment, baseDomain)}",
        UserName = machine.UserName,
        ServerType = OwnServer,
        ServerRoles = [.. Roles(server, stack)],
        ServerGroupId = server.ServerGroupId,
        StackUid = stack.Uid,
        HasAgent = machine.HasHelper,
        Params = new()
        {
            Ips = machine.Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            WasBaselined = server.ProvisionedDigest is not null,
            CachedCores = machine.Cores,
            CachedMemory = machine.MemoryBytes,
        },
        CreatedAt = server.CreatedAt,
        UpdatedAt = server.UpdatedAt,
        ExtIpv4 = MachineAddress.Find(machine, AddressFamily.InterNetwork, isPrivate: false),
        IntIpv4 = MachineAddress.Find(machine, AddressFamily.InterNetwork, isPrivate: true),
        ExtIpv6 = MachineAddress.Find(machine, AddressFamily.InterNetworkV6, isPrivate: false),
        IntIpv6 = MachineAddress.Find(machine, AddressFamily.InterNetworkV6, isPrivate: true),
        HealthState = server.Health,
        HostKey = machine.HostKey,
        Port = machine.Port,
    };

    /// <summary>The components on the server, then what it is in general: web and app, db.</summary>
    private static IEnumerable<string> Roles(Server server, Stack stack)
    {
        var roles = server.Roles.Split(' ');
        var components = roles.Select(role => ComponentGroups.TypeOf(stack, role));
        string[] web = roles.Contains(stack.CodeRole) ? ["web", "app"] : [];
        string[] database = roles.Any(DatabaseKinds.Installable.Contains) ? ["db"] : [];
        return [.. components, .. web, .. database];
    }
}
