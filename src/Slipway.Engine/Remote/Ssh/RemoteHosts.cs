using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Slipway.Engine.Remote.Ssh;

/// <inheritdoc />
internal sealed partial class RemoteHosts : IRemoteHosts, IAsyncDisposable
{
    private const int MostHeld = 500;
    private readonly ConcurrentDictionary<MachineSpec, MachineConnections> _machines = new();
    private readonly EngineTimeouts _timeouts;
    private readonly TimeProvider _time;
    private readonly SshClients _clients;
    private readonly HeldConnections _held;
    private readonly ITimer _sweep;
    private readonly ILogger<RemoteHosts> _logger;

    public RemoteHosts(EngineTimeouts timeouts, TimeProvider time, OutboundGuard guard, ILogger<RemoteHosts> logger)
    {
        _timeouts = timeouts;
        _time = time;
        _logger = logger;
        _clients = new SshClients(timeouts, guard);
        _held = new HeldConnections(MostHeld, CloseLongestIdle);
        _sweep = time.CreateTimer(_ => CloseIdle(), null, timeouts.Idle / 4, timeouts.Idle / 4);
    }

    public IRemoteHost For(MachineSpec machine, RemoteScope scope, bool wasReached = false)
    {
        var patience = scope == RemoteScope.None ? TimeSpan.Zero : wasReached ? _timeouts.Reconnect : _timeouts.FirstReach;
        return new RemoteHost(Helper(machine, patience), scope, _timeouts, _time);
    }

    public Task<string> ReadHostKeyAsync(string address, int port, CancellationToken cancellationToken) =>
        _clients.ReadHostKeyAsync(address, port, cancellationToken);

    public async Task<MachineFacts> EnrolAsync(MachineSpec machine, CancellationToken cancellationToken)
    {
        var helper = Helper(machine, TimeSpan.Zero);
        await helper.InstallAsync(cancellationToken);
        LogEnrolled(machine.Address, machine.HostKey);
        return await new RemoteHost(helper, RemoteScope.None, _timeouts, _time).ReadFactsAsync(cancellationToken);
    }

    public void Drop(MachineSpec machine)
    {
        if (_machines.TryRemove(machine, out var connections))
            connections.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        foreach (var machine in _machines.Keys)
            Drop(machine);
    }

    private MachineHelper Helper(MachineSpec machine, TimeSpan firstPatience) => new(
        _machines.GetOrAdd(machine, spec => new MachineConnections(spec, _clients, _held, _time)), firstPatience, _timeouts, _time);

    private void CloseIdle()
    {
        foreach (var connections in _machines.Values)
            connections.CloseIdle(_timeouts.Idle);
    }

    private void CloseLongestIdle()
    {
        var oldest = _machines.Values.Select(connections => (connections, Idle: connections.LongestIdle())).Where(each => each.Idle is not null)
            .MaxBy(each => each.Idle);
        if (oldest.Idle is { } idle)
            oldest.connections.CloseIdle(idle);
    }

    [LoggerMessage(LogLevel.Information, "Enrolled {Address} with host key {HostKey}")]
    private partial void LogEnrolled(string address, string hostKey);
}
