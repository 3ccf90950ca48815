using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Slipway.Engine;
using Slipway.Engine.Remote;

namespace Slipway.Server.Platform.Work;

/// <summary>
/// A machine seen from a step. Each command gets a ticket that is the same when the step runs again after a crash, so that it is found
/// again instead of started twice; and its output goes into the action's log, from where the log ends.
/// </summary>
internal sealed class JournaledHost(
    IRemoteHost inner, ActionRun run, JournalLog log, int serverId, string serverName, IReadOnlyDictionary<string, long> offsets) : IRemoteHost
{
    private readonly ConcurrentDictionary<string, int> _repeats = new();
    private readonly ConcurrentDictionary<string, bool> _tickets = new();

    public MachineSpec Machine => inner.Machine;

    public async Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken)
    {
        if (command.IsRepeatable)
            return await inner.RunAsync(command, onLine, cancellationToken);
        var ticket = command.Ticket ?? NextTicket(command.Name);
        // It outlives the action, so the action neither ends nor forgets it; the machine prunes its tickets by age.
        if (command.IsDetached)
            return await inner.RunAsync(command with { Ticket = ticket }, onLine: null, cancellationToken);
        await log.OpenTicketAsync(run, ticket, serverId, cancellationToken);
        _tickets[ticket] = true;
        var journaled = command with { Ticket = ticket, ResumeAt = offsets.GetValueOrDefault(ticket) };
        var result = await inner.RunAsync(journaled, DeliverAsync, cancellationToken);
        _tickets[ticket] = false;
        return result;

        async ValueTask DeliverAsync(OutputLine line)
        {
            await log.WriteAsync(new(run, serverName, Severity.Info, line.Text, ticket, line.End));
            if (onLine is not null)
                await onLine(line);
        }
    }

    public Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken) => inner.CancelAsync(ticket, cancellationToken);

    public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) => inner.CompleteAsync(tickets, cancellationToken);

    public Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken) =>
        inner.ApplyAsync(changes, cancellationToken);

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => inner.ReadFileAsync(path, cancellationToken);

    public Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken) => inner.ProbeAsync(probe, cancellationToken);

    public Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken) => inner.ReadFactsAsync(cancellationToken);

    internal void BeginStep() => _repeats.Clear();

    internal async Task<bool> CancelOpenAsync(CancellationToken cancellationToken)
    {
        var confirmed = true;
        foreach (var ticket in _tickets.Where(pair => pair.Value).Select(pair => pair.Key).Concat(offsets.Keys).Distinct())
            confirmed &= await inner.CancelAsync(ticket, cancellationToken);
        return confirmed;
    }

    internal async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if (!_tickets.IsEmpty)
            await inner.CompleteAsync([.. _tickets.Keys], cancellationToken);
    }

    private string NextTicket(string name)
    {
        var repeat = _repeats.AddOrUpdate(name, 0, (_, count) => count + 1);
        var text = $"{run.Claim.StackUid}\n{run.Claim.ActionId}\n{serverId}\n{run.StepName}\n{name}\n{repeat}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
