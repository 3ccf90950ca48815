using Slipway.Rig;

[assembly: AssemblyFixture(typeof(Slipway.SystemTests.Deployments.SharedOwner))]

namespace Slipway.SystemTests.Deployments;

/// <summary>One Slipway for all tests that let it and its git host run. It is started by the first that asks.</summary>
public sealed class SharedOwner : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<Owner>? _starting;

    public Task<Owner> GetAsync(Testbed testbed)
    {
        lock (_lock)
            return _starting ??= Owner.StartAsync(testbed);
    }

    public async ValueTask DisposeAsync()
    {
        if (_starting is not null)
            await (await _starting).DisposeAsync();
    }
}
