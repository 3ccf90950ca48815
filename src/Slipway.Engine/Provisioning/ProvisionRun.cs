using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Provisioning;

/// <summary>One pass of provisioning over servers of a stack.</summary>
/// <param name="Stack">The stack as it is wanted, with all of its servers.</param>
/// <param name="Hosts">The machine behind a server, on behalf of the stack.</param>
/// <param name="Log">Where progress is told.</param>
public sealed record ProvisionRun(StackSpec Stack, Func<ServerSpec, IRemoteHost> Hosts, IStepLog Log)
{
    /// <summary>Which servers to work on; the others are only told to these, as neighbours.</summary>
    public Func<ServerSpec, bool> Includes { get; init; } = _ => true;

    public IEnumerable<ServerSpec> Servers => Stack.Servers.Where(Includes);
}
