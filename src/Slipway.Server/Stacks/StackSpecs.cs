using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Slipway.Engine;
using Slipway.Engine.Analysis;
using Slipway.Engine.Deployments;
using Slipway.Engine.Git;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Server.Deployments;
using Slipway.Server.Platform.Http;

namespace Slipway.Server.Stacks;

/// <summary>Reads a stack's rows into what the engine works with.</summary>
internal sealed class StackSpecs(AppDb db, GitMirrors mirrors, IOptions<RubyOptions> rubies, IOptions<PublicOptions> addresses, TimeProvider time)
{
    public Task<Stack> FindAsync(int stackId, CancellationToken cancellationToken) => db.Stacks.AsNoTracking()
        .Include(stack => stack.Servers.OrderBy(server => server.Id)).ThenInclude(server => server.Machine)
        .Include(stack => stack.Servers).ThenInclude(server => server.ProcessCounts)
        .AsSplitQuery()
        .FirstAsync(stack => stack.Id == stackId, cancellationToken);

    public async Task<StackSpec> SpecAsync(Stack stack, CancellationToken cancellationToken)
    {
        var databases = await db.StackDatabases.AsNoTracking().Include(row => row.Server).Where(row => row.StackId == stack.Id)
            .OrderBy(row => row.Id).ToListAsync(cancellationToken);
        var primary = stack.Servers.Find(server => server.HasRole(stack.CodeRole));
        var taken = await MachinesOfOthersAsync(stack, cancellationToken);
        return new()
        {
            Slug = stack.Slug,
            Name = stack.Name,
            Environment = stack.Environment,
            Framework = stack.Framework ?? "rack",
            HostNames = [StackNames.Fqdn(stack.HostLabel, stack.Environment, addresses.Value.BaseDomain)],
            AssetPrefix = stack.AssetPrefix,
            IsInMaintenance = stack.MaintenanceMode,
            HostAccess = stack.HostAccess,
            Servers =
            [
                .. stack.Servers.Select(server => ServerOf(stack, server) with
                {
                    IsPrimary = server == primary,
                    AnswersUnknownNames = !taken.Contains(server.MachineId),
                }),
            ],
            Databases = [.. databases.Select(DatabaseOf)],
        };
    }

    public GitMirror MirrorOf(Stack stack) => mirrors.Open(stack.Uid, GitUrl.Parse(stack.GitUrl), stack.GitPrivateKey);

    /// <summary>Where the stack's code comes from, or what it has instead.</summary>
    public ICodeSource CodeOf(Stack stack) => !stack.HasRepository ? new DefinitionCode(AnalysisOptionsOf(stack), time) : new MirrorCode(MirrorOf(stack), AnalysisOptionsOf(stack), rubies.Value.Archives);

    public AnalysisOptions AnalysisOptionsOf(Stack stack) => new()
    {
        Environment = stack.Environment,
        HostAccess = stack.HostAccess,
        PostedDefinition = stack.ServiceYaml,
        DistributionRuby = DistributionRuby.Of(stack.Servers.Find(server => server.HasRole(ServerRoles.Web))?.Machine?.Codename),
        BuildableRubies = [.. rubies.Value.Sources.Select(source => source.Version)],
    };

    // Of the stacks that serve from a machine, the one that did so first has its address.
    private async Task<HashSet<int>> MachinesOfOthersAsync(Stack stack, CancellationToken cancellationToken)
    {
        var machines = stack.Servers.Select(server => server.MachineId).ToList();
        var successes = db.Deployments.Where(row => row.Outcome == DeploymentOutcome.Success);
        var first = await successes.Where(row => row.StackId == stack.Id).MinAsync(row => (int?)row.Id, cancellationToken) ?? int.MaxValue;
        var taken = await db.Servers.AsNoTracking()
            .Where(server => machines.Contains(server.MachineId) && server.StackId != stack.Id && ((" " + server.Roles + " ").Contains(" web ") || (" " + server.Roles + " ").Contains(" docker ")))
            .Where(server => successes.Any(row => row.StackId == server.StackId && row.Id < first))
            .Select(server => server.MachineId).ToListAsync(cancellationToken);
        return [.. taken];
    }

    private static ServerSpec ServerOf(Stack stack, Servers.Server server)
    {
        var machine = server.Machine!;
        var addresses = machine.Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new()
        {
            Uid = server.Uid,
            Name = server.Name,
            Machine = new(machine.Address, machine.Port, machine.UserName, stack.SshPrivateKey, machine.HostKey),
            Facts = new(
                machine.Distribution ?? "", machine.DistributionVersion ?? "", machine.Codename ?? "", machine.Architecture ?? "", server.Name,
                machine.Cores, machine.MemoryBytes, DiskFreeBytes: 0, addresses, BootId: ""),
            PrivateAddress = PrivateAddress.Of(addresses, machine.Address),
            Roles = server.Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ProcessCounts = server.ProcessCounts.ToDictionary(count => count.Process, count => count.Count),
        };
    }

    private static DatabaseSpec DatabaseOf(StackDatabase row) => new()
    {
        Kind = row.Kind,
        ServerUid = row.Server?.Uid,
        Address = row.Address,
        Port = row.Port,
        Username = row.Username,
        Password = row.Password,
        Database = row.Database,
    };
}
