using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Engine;
using Slipway.Engine.Remote;
using Slipway.Engine.Remote.Ssh;
using Slipway.Rig;

namespace Slipway.SystemTests.Remote;

/// <summary>A fresh server of the rig, for the tests of one class, and hosts that reach it.</summary>
public sealed class TestServer(Testbed testbed) : IAsyncLifetime
{
    private readonly List<RemoteHosts> _hosts = [];
    private FreshServer _server = null!;

    /// <summary>Whether it has the packages of a web and database server from the start.</summary>
    public bool IsWarm { get; init; }

    public string Name => _server.Name;

    public string Address => _server.Address;

    internal static EngineTimeouts Quick { get; } = new()
    {
        Connect = TimeSpan.FromSeconds(30),
        Reconnect = TimeSpan.FromMinutes(3),
        CancelGrace = TimeSpan.FromSeconds(2),
    };

    public MachineSpec Machine { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        _server = await (IsWarm ? testbed.StartWarmAsync(cancellation) : testbed.StartBareAsync(cancellation));
        var key = new Secret(await File.ReadAllTextAsync(_server.PrivateKeyFile));
        await using var hosts = NewHosts();
        var hostKey = await hosts.ReadHostKeyAsync(Address, 22, TestContext.Current.CancellationToken);
        Machine = new MachineSpec(Address, 22, "root", key, hostKey);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosts in _hosts)
            await hosts.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Hosts as a control plane that was just started has them.</summary>
    internal RemoteHosts NewHosts(EngineTimeouts? timeouts = null)
    {
        var guard = new OutboundGuard([]);
        var hosts = new RemoteHosts(timeouts ?? Quick, TimeProvider.System, guard, NullLogger<RemoteHosts>.Instance);
        _hosts.Add(hosts);
        return hosts;
    }

    internal IRemoteHost Host(RemoteHosts? hosts = null, string stack = "shop", long epoch = 1) =>
        (hosts ?? NewHosts()).For(Machine, new RemoteScope(stack, epoch));

    public static string NewTicket() => Guid.NewGuid().ToString("n");

    /// <summary>Runs a program on the server past SSH and past what is tested; gives what it prints.</summary>
    public Task<string> ExecAsync(params string[] program) => _server.ExecuteAsync(program, CancellationToken.None);

    /// <summary>How many processes of a name run on the server.</summary>
    public async Task<string> CountAsync(string program)
    {
        var processes = await ExecAsync("ps", "-e", "-o", "comm=");
        return processes.Split('\n').Count(name => name == program).ToString(null as IFormatProvider);
    }

    /// <summary>Kills the processes that hold the SSH connections of root, as a network that breaks would end them.</summary>
    public Task<int> CutAsync() => SignalConnectionsAsync("KILL");

    /// <summary>With STOP the connections stay open and fall silent. Gives how many there were.</summary>
    public async Task<int> SignalConnectionsAsync(string signal)
    {
        var connections = await ConnectionsAsync();
        foreach (var process in connections)
            await ExecAsync("kill", "-" + signal, process);
        return connections.Count;
    }

    /// <summary>The processes that hold the SSH connections of root.</summary>
    public async Task<IReadOnlyList<string>> ConnectionsAsync()
    {
        var processes = await ExecAsync("ps", "-e", "-o", "pid=,args=");
        return [.. processes.Split('\n').Where(line => line.Contains("sshd: root@notty", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
    }

    /// <summary>Waits for something that happens on its own.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo())
            await timer.WaitForNextTickAsync(patience.Token);
    }

    public Task RebootAsync() => _server.RebootAsync(CancellationToken.None);
}
