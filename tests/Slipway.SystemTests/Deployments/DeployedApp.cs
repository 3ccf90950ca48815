using Slipway.Contracts.Deployments;
using Slipway.Rig;

namespace Slipway.SystemTests.Deployments;

/// <summary>samples/rack-app, live on a server of its own, for the tests of one class. Each test leaves it healthy.</summary>
public sealed class DeployedApp(Testbed testbed, SharedOwner shared) : IAsyncLifetime
{
    private static int _count;

    public Owner Owner { get; private set; } = null!;

    public App App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Owner = await shared.GetAsync(testbed);
        App = await Owner.DeployAsync($"Rack app {Interlocked.Increment(ref _count)}", [await Owner.StartServerAsync()]);
    }

    // It is not removed, for another server must not get its address while Slipway knows it.
    public async ValueTask DisposeAsync() => await (App?.Server.SwitchOffAsync(CancellationToken.None) ?? Task.CompletedTask);

    /// <summary>What must be true of a deployment that ended well.</summary>
    public static void AssertSucceeded(Deployment deployment) =>
        Assert.True(deployment is { Outcome.Code: 1, IsDeploying: false, FinishedAt: not null }, $"{deployment.Outcome.Meaning}: {deployment.Message}");
}
