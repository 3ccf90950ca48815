using System.Globalization;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Server.Platform.Work;
using Slipway.Server.Stacks;

namespace Slipway.Server.Servers;

/// <summary>Asks every server of a stack whether it can be worked with, and for what it says of itself. It changes nothing, so it waits for nothing.</summary>
internal sealed class CheckServers(string kind, StackSpecs specs) : IActionHandler
{
    private const long Scarce = 1L << 30;

    public string Kind => kind;

    public async Task<ActionPlan> PlanAsync(ActionRun run, CancellationToken cancellationToken)
    {
        var stack = await specs.FindAsync(run.Claim.StackId, cancellationToken);
        var spec = await specs.SpecAsync(stack, cancellationToken);
        var ids = stack.Servers.ToDictionary(server => server.Uid, server => server.Id);
        return new([new("ask the servers", (_, token) => AskAllAsync(run, spec.Servers, ids, token))]);
    }

    private static async Task AskAllAsync(
        ActionRun run, IReadOnlyList<ServerSpec> servers, Dictionary<string, int> ids, CancellationToken cancellationToken)
    {
        if (servers.Count == 0)
            throw new UserErrorException("The stack has no servers. Add one first.");
        var faults = await Task.WhenAll(servers.Select(server => AskAsync(run, server, ids[server.Uid], cancellationToken)));
        if (faults.OfType<string>().ToList() is { Count: > 0 } found)
            throw new UserErrorException(string.Join('\n', found));
    }

    private static async Task<string?> AskAsync(ActionRun run, ServerSpec server, int id, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await run.Host(id, server.Name, server.Machine).ReadFactsAsync(cancellationToken);
            await run.WriteAsync(server.Name, Severity.Info, string.Create(
                CultureInfo.InvariantCulture,
                $"{facts.Distribution} {facts.Version} ({facts.Architecture}), {facts.Cores} processors, {Size(facts.MemoryBytes)} of memory, {Size(facts.DiskFreeBytes)} free in /var"));
            if (facts.DiskFreeBytes < Scarce)
                await run.WriteAsync(server.Name, Severity.Warning, "There is little space left in /var. A deployment may fail.");
            return null;
        }
        catch (RemoteUnavailableException exception)
        {
            await run.WriteAsync(server.Name, Severity.Error, exception.Message);
            return $"{server.Name}: {exception.Message}";
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
