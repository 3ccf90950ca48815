using Slipway.Engine.Remote.Helper;

namespace Slipway.Engine.Remote.Ssh;

/// <summary>The connections to one machine, shared by all stacks: one, and more only while its sessions are all in use.</summary>
internal sealed class MachineConnections(MachineSpec machine, SshClients clients, HeldConnections held, TimeProvider time) : IDisposable
{
    private const int MostConnections = 5;
    private readonly Lock _lock = new();
    // A deployment asks a few things at once; helpers beyond that are not worth their memory on the machine.
    private const int MostKept = 2;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);
    private readonly Stack<KeptSession> _kept = [];
    private readonly List<SshConnection> _connections = [];
    private readonly SemaphoreSlim _sessions = new(MostConnections * SshConnection.MostSessions);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isClosed;

    public bool IsClosed => _isClosed;

    public MachineSpec Machine => machine;

    /// <summary>Whether it could be reached before, so that a failure may be passing.</summary>
    public bool WasReached { get; private set; }

    public async Task<SshChannel> OpenAsync(bool isInstaller, CancellationToken cancellationToken)
    {
        await _sessions.WaitAsync(cancellationToken);
        SshConnection connection;
        try
        {
            connection = await TakeAsync(cancellationToken);
        }
        catch
        {
            _sessions.Release();
            throw;
        }
        try
        {
            var command = isInstaller ? HelperScript.InstallCommandFor(machine.UserName) : HelperScript.CommandFor(machine.UserName);
            return connection.Open(command, () => Return(connection));
        }
        catch (Exception exception) when (SshFaults.IsTransport(exception))
        {
            connection.Break();
            Return(connection);
            throw SshFaults.Lost(machine, "a command was started", exception);
        }
    }

    /// <summary>Keeps a helper that has answered; no when there are enough.</summary>
    public bool Keep(HelperSession session)
    {
        lock (_lock)
        {
            if (_isClosed || _kept.Count >= MostKept)
                return false;
            _kept.Push(new(session, time.GetTimestamp()));
            return true;
        }
    }

    /// <summary>The helper that answered last; null when none is kept.</summary>
    public HelperSession? TakeKept()
    {
        lock (_lock)
        {
            while (_kept.TryPop(out var kept))
            {
                if (kept.Session.IsOpen)
                    return kept.Session;
            }
            return null;
        }
    }

    /// <summary>Closes what was not used for a time, and everything that is broken.</summary>
    public void CloseIdle(TimeSpan longerThan)
    {
        CloseKept(longerThan < KeptFor ? longerThan : KeptFor);
        CloseWhere(connection => !connection.IsUsable || (connection.InUse == 0 && time.GetElapsedTime(connection.LastUsed) >= longerThan));
    }

    // The semaphores stay: commands that end now still give their sessions back.
    public void Dispose()
    {
        _isClosed = true;
        WasReached = false;
        CloseKept(TimeSpan.Zero);
        CloseWhere(_ => true);
    }

    /// <summary>Gives up all connections after one fell silent: they share the line.</summary>
    public void Break()
    {
        lock (_lock)
            _connections.ForEach(connection => connection.Break());
        CloseKept(TimeSpan.Zero);
        CloseIdle(TimeSpan.MaxValue);
    }

    /// <summary>How long the connection that is idle longest has been so; null when none is. Helpers that are only kept are given up for that.</summary>
    public TimeSpan? LongestIdle()
    {
        CloseKept(TimeSpan.Zero);
        lock (_lock)
            return _connections.Where(connection => connection.InUse == 0)
                .Select(connection => (TimeSpan?)time.GetElapsedTime(connection.LastUsed)).Max();
    }

    private async Task<SshConnection> TakeAsync(CancellationToken cancellationToken)
    {
        if (TryTake() is { } free)
            return free;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (TryTake() is { } opened)
                return opened;
            if (_isClosed)
                throw new RemoteUnavailableException(machine.Address, RemoteFault.Unreachable, $"{machine.Address} is no longer used, its connections are closed.");
            await held.EnterAsync(cancellationToken);
            SshConnection connection;
            try
            {
                connection = new SshConnection(await clients.ConnectAsync(machine, cancellationToken), time.GetTimestamp()) { InUse = 1 };
            }
            catch
            {
                held.Leave();
                throw;
            }
            WasReached = true;
            lock (_lock)
                _connections.Add(connection);
            return connection;
        }
        finally
        {
            _opening.Release();
        }
    }

    private SshConnection? TryTake()
    {
        lock (_lock)
        {
            var free = _connections.Find(connection => connection.IsUsable && connection.InUse < SshConnection.MostSessions);
            if (free is not null)
                free.InUse++;
            return free;
        }
    }

    private void Return(SshConnection connection)
    {
        lock (_lock)
        {
            connection.InUse--;
            connection.LastUsed = time.GetTimestamp();
        }
        _sessions.Release();
        if (!connection.IsUsable)
            CloseIdle(TimeSpan.MaxValue);
    }

    private void CloseKept(TimeSpan longerThan)
    {
        List<KeptSession> closing;
        lock (_lock)
        {
            closing = [.. _kept.Where(kept => time.GetElapsedTime(kept.Since) >= longerThan)];
            var staying = _kept.Except(closing).Reverse().ToList();
            _kept.Clear();
            staying.ForEach(_kept.Push);
        }
        foreach (var kept in closing)
            _ = Task.Run(async () => await kept.Session.CloseAsync());
    }

    private void CloseWhere(Func<SshConnection, bool> isOver)
    {
        List<SshConnection> closing;
        lock (_lock)
        {
            closing = _connections.FindAll(connection => isOver(connection));
            _connections.RemoveAll(closing.Contains);
        }
        foreach (var connection in closing)
        {
            // Disposing waits for sshd's goodbye.
            _ = Task.Run(connection.Close);
            held.Leave();
        }
    }

    private sealed record KeptSession(HelperSession Session, long Since);
}
