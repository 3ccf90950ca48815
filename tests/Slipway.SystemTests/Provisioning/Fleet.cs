using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Engine;
using Slipway.Engine.Provisioning;
using Slipway.Engine.Remote;
using Slipway.Engine.Remote.Ssh;
using Slipway.Engine.Stacks;
using Slipway.Rig;
using Slipway.SystemTests.Remote;

namespace Slipway.SystemTests.Provisioning;

/// <summary>Fresh servers of the rig as the servers of stacks.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly EngineTimeouts _timeouts = new();
    private readonly RemoteHosts _hosts;
    private readonly Dictionary<string, MachineFacts> _facts = [];

    private Fleet(IReadOnlyList<TestServer> machines)
    {
        Machines = machines;
        _hosts = new RemoteHosts(_timeouts, TimeProvider.System, new OutboundGuard([]), NullLogger<RemoteHosts>.Instance);
    }

    public IReadOnlyList<TestServer> Machines { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="testbed">Where its servers come from.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="warm">Those of them that have the packages of a web and database server from the start.</param>
    public static async Task<Fleet> StartAsync(Testbed testbed, int count, params int[] warm)
    {
        var machines = Enumerable.Range(0, count).Select(index => new TestServer(testbed) { IsWarm = warm.Contains(index) }).ToList();
        var fleet = new Fleet(machines);
        await Task.WhenAll(machines.Select(machine => machine.InitializeAsync().AsTask()));
        foreach (var machine in machines)
            fleet._facts[machine.Name] = await fleet._hosts.EnrolAsync(machine.Machine, Cancellation);
        return fleet;
    }

    /// <summary>A machine's place in a stack.</summary>
    public ServerSpec Server(int machine, params string[] roles) => new()
    {
        Uid = $"uid-{machine}",
        Name = $"server{machine}",
        Machine = Machines[machine].Machine,
        Facts = _facts[Machines[machine].Name],
        PrivateAddress = Machines[machine].Address,
        Roles = roles,
        IsPrimary = machine == 0,
    };

    public IRemoteHost Host(StackSpec stack, ServerSpec server) => _hosts.For(server.Machine, new RemoteScope(stack.Slug, stack.Epoch));

    public async Task<RecordingLog> ProvisionAsync(StackSpec stack, EngineTimeouts? timeouts = null)
    {
        var log = new RecordingLog();
        await new Provisioner(timeouts ?? _timeouts, TimeProvider.System).ProvisionAsync(stack, server => Host(stack, server), log, Cancellation);
        return log;
    }

    public async ValueTask DisposeAsync()
    {
        await _hosts.DisposeAsync();
        await Task.WhenAll(Machines.Select(machine => machine.DisposeAsync().AsTask()));
    }

    public static StackSpec Stack(string slug, IReadOnlyList<ServerSpec> servers, params IReadOnlyList<DatabaseSpec> databases) => new()
    {
        Slug = slug,
        Name = slug,
        Environment = "production",
        Framework = "rack",
        Servers = servers,
        Databases = databases,
        Epoch = 1,
    };
}
