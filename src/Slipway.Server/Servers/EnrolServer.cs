using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Servers;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Server.Platform.Http;
using Slipway.Server.ServerGroups;
using Slipway.Server.Stacks;

namespace Slipway.Server.Servers;

/// <summary>Takes a machine on: pins its host key, makes sure that the stack's key opens it, installs the helper, reads facts.</summary>
internal sealed partial class EnrolServer(AppDb db, IRemoteHosts hosts, AuthorizedKeys keys, TimeProvider time)
{
    /// <summary>Works on the machine and changes nothing in the database, which is <see cref="StoreAsync"/>'s part.</summary>
    /// <exception cref="UserErrorException">The request or the machine is not fit; the message says what to do.</exception>
    /// <exception cref="ConflictException">The machine is known with another host key than the one given.</exception>
    public async Task<EnrolledServer> EnrolAsync(
        AddServer request, Stack stack, IReadOnlyCollection<EnrolledServer> alongside, CancellationToken cancellationToken)
    {
        Check(request);
        if (alongside.Any(other => other.IsAt(request)))
            throw new UserErrorException($"{request.Address} stands twice among the servers. A machine has one place in a stack; give it several roles.");
        var hostKey = await PinAsync(request, stack, cancellationToken);
        return await EnterAsync(request, stack, hostKey, cancellationToken);
    }

    private async Task<EnrolledServer> EnterAsync(AddServer request, Stack stack, string hostKey, CancellationToken cancellationToken)
    {
        var machine = SpecOf(request, stack, hostKey);
        if (request.PrivateKey is { } pasted)
            await LetInAsync(machine with { PrivateKey = SshKeyPair.FromPrivate(new(pasted)).Private }, stack, cancellationToken);
        var facts = await hosts.EnrolAsync(machine, cancellationToken);
        return new(request, hostKey, facts);
    }

    /// <summary>Works on a machine that was made anew, as on a new one. It must show the host key that somebody has compared.</summary>
    public async Task<EnrolledServer> ReenrolAsync(Machine machine, Stack stack, RepinHostKey request, CancellationToken cancellationToken)
    {
        var again = new AddServer
        {
            Address = machine.Address, Port = machine.Port, UserName = machine.UserName, HostKey = request.HostKey, PrivateKey = request.PrivateKey,
        };
        Check(again);
        var shown = await hosts.ReadHostKeyAsync(machine.Address, machine.Port, cancellationToken);
        if (shown != request.HostKey)
            throw new ConflictException($"{machine.Address} shows the host key {shown}, not {request.HostKey}. Compare it on the machine itself, then try again.");
        hosts.Drop(SpecOf(again, stack, machine.HostKey));
        return await EnterAsync(again, stack, shown, cancellationToken);
    }

    /// <summary>Pins the new host key. Whatever the machine's servers had been given is gone, so the next deployment provisions them from the start.</summary>
    public async Task StoreAgainAsync(int machineId, EnrolledServer enrolled, CancellationToken cancellationToken)
    {
        var machine = await db.Machines.FirstAsync(row => row.Id == machineId, cancellationToken);
        machine.HostKey = enrolled.HostKey;
        Note(machine, enrolled.Facts, machine.UserName, time.GetUtcNow());
        foreach (var server in await db.Servers.Where(row => row.MachineId == machineId).ToListAsync(cancellationToken))
            server.ProvisionedDigest = null;
    }

    /// <summary>Adds the server to a stack that is saved already. Call it inside of a write.</summary>
    public async Task<Server> StoreAsync(EnrolledServer enrolled, Stack stack, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var present = await db.Servers.Where(server => server.StackId == stack.Id).ToListAsync(cancellationToken);
        var request = enrolled.Request;
        var machine = await FindAsync(request, stack, cancellationToken) ?? NewMachine(request, stack, enrolled.HostKey, now);
        if (present.Any(server => machine.Id != 0 && server.MachineId == machine.Id))
            throw new ConflictException($"{request.Address} is a server of this stack already.");
        if (request.Name is { } name && present.Any(server => string.Equals(server.Name, name, StringComparison.OrdinalIgnoreCase)))
            throw new ConflictException($"The stack has a server named {name} already. Choose another name.");
        Note(machine, enrolled.Facts, request.UserName, now);
        var roles = request.Roles.Count > 0 ? [.. DefaultRoles.Known.Where(request.Roles.Contains)] : await DefaultRoles.ForNewAsync(db, stack, present, cancellationToken);
        var server = new Server
        {
            Uid = Guid.NewGuid().ToString("N"),
            StackId = stack.Id,
            Machine = machine,
            Name = request.Name ?? AnimalNames.Choose([.. present.Select(other => other.Name)]),
            Roles = string.Join(' ', roles),
            HasDefaultRoles = request.Roles.Count == 0,
            ServerGroup = await ComponentGroups.OfAsync(db, stack, roles[0], now, cancellationToken),
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Servers.Add(server);
        await db.SaveChangesAsync(cancellationToken);
        return server;
    }

    private static MachineSpec SpecOf(AddServer request, Stack stack, string hostKey) =>
        new(request.Address, request.Port, request.UserName, stack.SshPrivateKey, hostKey);

    private static void Check(AddServer request)
    {
        if (!MachineAddress.IsHost(request.Address))
            throw new UserErrorException($"address must be an IP address or a host name, not '{request.Address}'.");
        if (request.Port is < 1 or > 65535)
            throw new UserErrorException("port must be a number from 1 to 65535.");
        if (!UserName.IsMatch(request.UserName))
            throw new UserErrorException("user_name must be the name of a Unix user: root, or one with password-less sudo.");
        if (request.Name is { } name && !ServerNames.IsValid(name))
            throw new UserErrorException($"name: {ServerNames.Rule}");
        if (request.HostKey is { } hostKey && !Fingerprint.IsMatch(hostKey))
            throw new UserErrorException("host_key must be a fingerprint as ssh-keygen -l prints it: SHA256: and 43 characters.");
        if (request.Roles.Except(DefaultRoles.Known).FirstOrDefault() is { } unknown)
            throw new UserErrorException($"roles may hold {string.Join(", ", DefaultRoles.Known)}, not '{unknown}'.");
    }

    /// <summary>The key that the machine must show: the one known for it, the one given, or the first one seen.</summary>
    private async Task<string> PinAsync(AddServer request, Stack stack, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, stack, cancellationToken) is not { } known)
            return request.HostKey ?? await hosts.ReadHostKeyAsync(request.Address, request.Port, cancellationToken);
        if (request.HostKey is { } given && given != known.HostKey)
            throw new ConflictException(
                $"{request.Address} is pinned to the host key {known.HostKey}, but {given} was given. If the machine was made anew, take it out of all stacks first.");
        return known.HostKey;
    }

    private async Task LetInAsync(MachineSpec machine, Stack stack, CancellationToken cancellationToken)
    {
        try
        {
            await hosts.EnrolAsync(machine, cancellationToken);
            // The slug may still change, and another stack may have it: this is on nobody's behalf.
            await keys.AddAsync(hosts.For(machine, RemoteScope.None), stack.SshPublicKey, cancellationToken);
        }
        finally
        {
            // The pasted key must not stay in memory with a held connection.
            hosts.Drop(machine);
        }
    }

    private Task<Machine?> FindAsync(AddServer request, Stack stack, CancellationToken cancellationToken) => db.Machines.FirstOrDefaultAsync(
        machine => machine.AccountId == stack.AccountId && machine.Address == request.Address && machine.Port == request.Port, cancellationToken);

    private Machine NewMachine(AddServer request, Stack stack, string hostKey, DateTimeOffset now)
    {
        var machine = new Machine
        {
            AccountId = stack.AccountId,
            Address = request.Address,
            Port = request.Port,
            UserName = request.UserName,
            HostKey = hostKey,
            CreatedAt = now,
        };
        db.Machines.Add(machine);
        return machine;
    }

    private static void Note(Machine machine, MachineFacts facts, string userName, DateTimeOffset now)
    {
        machine.UserName = userName;
        machine.Distribution = facts.Distribution;
        machine.DistributionVersion = facts.Version;
        machine.Codename = facts.Codename;
        machine.Architecture = facts.Architecture;
        machine.Cores = facts.Cores;
        machine.MemoryBytes = facts.MemoryBytes;
        machine.Addresses = string.Join(' ', facts.Addresses);
        machine.HasHelper = true;
        machine.FactsReadAt = now;
        machine.UpdatedAt = now;
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}\z")]
    private static partial Regex UserName { get; }

    [GeneratedRegex(@"\ASHA256:[A-Za-z0-9+/]{43}\z")]
    private static partial Regex Fingerprint { get; }
}

/// <summary>A machine that Slipway can work with, before it has its place in the database.</summary>
internal sealed record EnrolledServer(AddServer Request, string HostKey, MachineFacts Facts)
{
    public bool IsAt(AddServer other) => Request.Address == other.Address && Request.Port == other.Port;
}
