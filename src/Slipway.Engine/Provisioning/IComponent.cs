using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>Something that servers have installed and configured. All of it can be repeated, and changes only what is not as wanted.</summary>
internal interface IComponent
{
    /// <summary>Lower-case, unique.</summary>
    string Name { get; }

    ProvisionPhase Phase { get; }

    /// <summary>Decides what the server needs of this component, without looking at it; null when it needs nothing.</summary>
    ComponentPlan? Plan(StackSpec stack, ServerSpec server);

    /// <summary>Makes it so. The packages of the whole server are installed by then.</summary>
    Task ConfigureAsync(ComponentRun run, CancellationToken cancellationToken);

    /// <summary>
    /// Takes away what the stack has of it, wherever an earlier attempt or provisioning ended; never what stacks share. By default nothing.
    /// </summary>
    /// <param name="run">The component on the server.</param>
    /// <param name="withData">Whether the stack's data go too; otherwise they stay and are said to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task RemoveAsync(ComponentRun run, bool withData, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>When a component is configured; within a phase the order of the list counts.</summary>
internal enum ProvisionPhase
{
    Servers,
    Databases,
}
