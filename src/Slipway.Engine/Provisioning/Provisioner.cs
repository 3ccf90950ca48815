using Slipway.Engine.Provisioning.Docker;
using Slipway.Engine.Provisioning.Packages;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>Brings the servers of a stack to what the stack needs, all of them at once. Every step can run again at any time.</summary>
public sealed class Provisioner(EngineTimeouts timeouts, TimeProvider time)
{
    private readonly IReadOnlyList<IComponent> _components = ComponentList.AddComponents();

    /// <summary>The steps in their order, for a caller that journals them.</summary>
    public IReadOnlyList<Step<ProvisionRun>> Steps =>
    [
        new("install packages", InstallPackagesAsync),
        new("configure servers", ConfigureServersAsync),
        new("set up databases", SetUpDatabasesAsync) { When = run => run.Stack.Databases.Any(database => !database.IsExternal) },
    ];

    public Task ProvisionAsync(StackSpec stack, Func<ServerSpec, IRemoteHost> hosts, IStepLog log, CancellationToken cancellationToken) =>
        ProvisionAsync(new ProvisionRun(stack, hosts, log), cancellationToken);

    public async Task ProvisionAsync(ProvisionRun run, CancellationToken cancellationToken)
    {
        foreach (var step in Steps.Where(step => step.When(run)))
            await step.RunAsync(run, cancellationToken);
    }

    /// <summary>What a server would be made of. A server that was completely provisioned with the same digest needs no visit.</summary>
    public string Digest(StackSpec stack, ServerSpec server) => Plan(stack, server).Digest();

    public Task InstallPackagesAsync(ProvisionRun run, CancellationToken cancellationToken) => OnServersAsync(
        run,
        async (server, token) =>
        {
            var plan = Plan(run.Stack, server);
            var work = Run(run, server, new ComponentPlan());
            await new PackageInstaller(work, time).InstallAsync(plan, token);
            if (!work.HasChanged)
                await work.LogAsync(Severity.Info, "All packages are there.");
        },
        cancellationToken);

    public Task ConfigureServersAsync(ProvisionRun run, CancellationToken cancellationToken) =>
        OnServersAsync(run, (server, token) => ConfigureAsync(run, server, ProvisionPhase.Servers, token), cancellationToken);

    public Task SetUpDatabasesAsync(ProvisionRun run, CancellationToken cancellationToken) => OnServersAsync(
        run,
        (server, token) => run.Stack.HasContainersBesideDatabases(server)
            ? OpenToContainersAsync(run, server, token)
            : ConfigureAsync(run, server, ProvisionPhase.Databases, token),
        cancellationToken);

    /// <summary>Takes away what the stack has on the servers, databases first. What stacks share stays, and without <paramref name="withData"/> their data.</summary>
    public Task RemoveAsync(ProvisionRun run, bool withData, CancellationToken cancellationToken) => OnServersAsync(
        run,
        async (server, token) =>
        {
            foreach (var (component, plan) in Plan(run.Stack, server).Components.Reverse())
                await component.RemoveAsync(Run(run, server, plan), withData, token);
        },
        cancellationToken);

    internal ProvisionPlan Plan(StackSpec stack, ServerSpec server) => ProvisionPlan.For(stack, server, _components);

    private async Task OpenToContainersAsync(ProvisionRun run, ServerSpec server, CancellationToken cancellationToken)
    {
        var network = new ContainerNetwork(run.Stack.Paths, run.Hosts(server), timeouts);
        var opened = server with { ContainerNetworks = await network.EnsureAsync(cancellationToken) };
        await ConfigureAsync(run with { Stack = run.Stack.With(opened) }, opened, ProvisionPhase.Databases, cancellationToken);
        await network.NoteOpenedAsync(opened.ContainerNetworks, cancellationToken);
    }

    private async Task ConfigureAsync(ProvisionRun run, ServerSpec server, ProvisionPhase phase, CancellationToken cancellationToken)
    {
        var components = Plan(run.Stack, server).Components.Where(pair => pair.Key.Phase == phase).ToList();
        var hasChanged = false;
        foreach (var (component, plan) in components)
        {
            var work = Run(run, server, plan);
            await component.ConfigureAsync(work, cancellationToken);
            hasChanged |= work.HasChanged;
        }
        if (components.Count > 0 && !hasChanged)
            await run.Log.WriteAsync(server.Name, Severity.Info, "Everything is as wanted.");
    }

    private ComponentRun Run(ProvisionRun run, ServerSpec server, ComponentPlan plan) =>
        new(run.Stack, server, plan, run.Hosts(server), run.Log, timeouts);

    private static Task OnServersAsync(
        ProvisionRun run, Func<ServerSpec, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        SideBySide.RunAsync(run.Servers, work, cancellationToken);
}
