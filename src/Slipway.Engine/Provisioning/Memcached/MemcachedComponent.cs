using System.Text;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning.Memcached;

/// <summary>A Memcached of the stack's own.</summary>
internal sealed class MemcachedComponent : IComponent
{
    public string Name => DatabaseKinds.Memcached;

    public ProvisionPhase Phase => ProvisionPhase.Databases;

    public ComponentPlan? Plan(StackSpec stack, ServerSpec server) => Unit(stack, server) is not { } unit ? null : new ComponentPlan
    {
        Packages = ["memcached"],
        UnwantedUnits = [new("memcached", "memcached.service")],
        Files = [new WriteFile(StackPaths.UnitFile(MemcachedUnit.Name(stack.Slug)), Encoding.UTF8.GetBytes(unit))],
    };

    public async Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken)
    {
        await run.ApplyAsync(run.Plan.Files, cancellationToken);
        await run.EnsureRunsAsync(MemcachedUnit.Name(run.Stack.Slug), Unit(run.Stack, run.Server)!, cancellationToken);
        if (run.HasChanged && DatabaseNetwork.ListenAddresses(run.Stack, run.Server) is [_, var address])
            await run.LogAsync(
                Severity.Warning,
                $"Memcached asks for no password: everything on {run.Server.Name}, and on the stack's servers that reach {address}, can read and change it.");
    }

    public Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken)
    {
        var unit = MemcachedUnit.Name(run.Stack.Slug);
        return run.RemoveUnitAsync(unit, [new Remove(StackPaths.UnitFile(unit))], cancellationToken);
    }

    private static string? Unit(StackSpec stack, ServerSpec server) =>
        stack.DatabasesOn(server, DatabaseKinds.Memcached).FirstOrDefault() is { } database
            ? MemcachedUnit.Text(
                stack.Slug, DatabaseNetwork.ListenAddresses(stack, server), DatabasePorts.Of(database),
                DatabaseNetwork.ClientAddresses(stack, server))
            : null;
}
