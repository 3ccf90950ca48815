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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _tickets = new();
    private readonly Lock _lock = new();
    private readonly List<string> _left = [.. run.Left[serverId]];
    private Task? _settling;
    private volatile bool _isSilent;
    private volatile bool _isAway;

    public MachineSpec Machine => inner.Machine;

    /// <summary>Commands whose end nobody has seen.</summary>
    public IEnumerable<string> OpenTickets => _tickets.Where(pair => pair.Value).Select(pair => pair.Key);

    public IEnumerable<string> EndedTickets => _tickets.Where(pair => !pair.Value).Select(pair => pair.Key);

    public async Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputLine, ValueTask>? onLine, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        if (command.IsRepeatable)
            return await inner.RunAsync(command, onLine, cancellationToken);
        var ticket = command.Ticket ?? NextTicket(command.Name);
        // It outlives the action, so the action neither ends nor forgets it; the machine prunes its tickets by age.
        if (command.IsDetached)
            return await inner.RunAsync(command with { Ticket = ticket }, onLine: null, cancellationToken);
        await log.OpenTicketAsync(run, ticket, serverId, cancellationToken);
        _tickets[ticket] = true;
        var journaled = command with { Ticket = ticket, ResumeAt = offsets.GetValueOrDefault(ticket) };
        try
        {
            var result = await inner.RunAsync(journaled, DeliverAsync, cancellationToken);
            _tickets[ticket] = false;
            return result;
        }
        catch (RemoteUnavailableException exception) when (exception.Fault is RemoteFault.Unreachable && cancellationToken.IsCancellationRequested)
        {
            // It was asked to end the command and did not answer in time; who cancels the action does not wait for it again.
            _isSilent = true;
            throw;
        }

        async ValueTask DeliverAsync(OutputLine line)
        {
            await log.WriteAsync(new(run, serverName, Severity.Info, line.Text, ticket, line.End));
            if (onLine is not null)
                await onLine(line);
        }
    }

    public Task<bool> CancelAsync(string ticket, CancellationToken cancellationToken) => inner.CancelAsync(ticket, cancellationToken);

    public Task CompleteAsync(IReadOnlyList<string> tickets, CancellationToken cancellationToken) => inner.CompleteAsync(tickets, cancellationToken);

    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<FileChange> changes, CancellationToken cancellationToken)
    {
        await SettleAsync(cancellationToken);
        return await inner.ApplyAsync(changes, cancellationToken);
    }

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.ReadFileAsync(path, cancellationToken);
    }

    public Task<Stream> ConnectAsync(string socketPath, IReadOnlyList<string> afterwards, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return inner.ConnectAsync(socketPath, afterwards, cancellationToken);
    }

    public Task<Stream> OpenFileAsync(string path, CancellationToken cancellationToken) => inner.OpenFileAsync(path, cancellationToken);

    public Task<ProbeResult> ProbeAsync(HttpProbe probe, CancellationToken cancellationToken) => inner.ProbeAsync(probe, cancellationToken);

    public Task<MachineFacts> ReadFactsAsync(CancellationToken cancellationToken) => inner.ReadFactsAsync(cancellationToken);

    internal void BeginStep() => _repeats.Clear();

    internal async Task CancelOpenAsync(CancellationToken cancellationToken)
    {
        if (_isAway |= _isSilent)
            return;
        try
        {
            await Task.WhenAll(OpenTickets.Concat(offsets.Keys).Distinct().ToList().Select(async ticket =>
            {
                _tickets[ticket] = true;
                _tickets[ticket] = !await inner.CancelAsync(ticket, cancellationToken);
            }));
        }
        catch (Exception exception) when (exception is RemoteUnavailableException { Fault: RemoteFault.Unreachable } or OperationCanceledException)
        {
            _isAway = true;
            throw;
        }
    }

    internal async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var ended = EndedTickets.ToList();
        if (ended.Count > 0 && !_isAway)
            await inner.CompleteAsync(ended, cancellationToken);
    }

    // What an action before this one left behind must have ended before anything else runs, however long the machine takes to be there again.
    private Task SettleAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        lock (_lock)
        {
            if (_settling is null or { IsFaulted: true } or { IsCanceled: true })
                _settling = SettleAllAsync(cancellationToken);
            return _settling.WaitAsync(cancellationToken);
        }
    }

    private async Task SettleAllAsync(CancellationToken cancellationToken)
    {
        while (_left is [var ticket, ..])
        {
            await AwaitEndAsync(ticket, cancellationToken);
            await log.CloseTicketAsync(ticket, cancellationToken);
            _left.Remove(ticket);
        }
    }

    private async Task AwaitEndAsync(string ticket, CancellationToken cancellationToken)
    {
        var isSaid = false;
        while (true)
        {
            try
            {
                if (await inner.CancelAsync(ticket, cancellationToken))
                    return;
            }
            catch (RemoteUnavailableException exception) when (exception.Fault is RemoteFault.Unreachable)
            {
                if (!isSaid)
                    await run.WriteAsync(serverName, Severity.Warning, $"Waiting for the server: what an earlier action started there may still run. {exception.Message}");
                isSaid = true;
            }
            await Task.Delay(Patience, log.Time, cancellationToken);
        }
    }

    // What is put right after a cancel does without it: the next action waits for it instead.
    private void ThrowIfAway()
    {
        if (_isAway)
            throw new RemoteUnavailableException(Machine.Address, RemoteFault.Unreachable, $"{serverName} did not confirm that its processes have ended; nothing else is done there until it does.");
    }

    private string NextTicket(string name)
    {
        var repeat = _repeats.AddOrUpdate(name, 0, (_, count) => count + 1);
        var text = $"{run.Claim.StackUid}\n{run.Claim.ActionId}\n{run.Claim.CreatedAt.ToUnixTimeMilliseconds()}\n{serverId}\n{run.StepName}\n{name}\n{repeat}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
