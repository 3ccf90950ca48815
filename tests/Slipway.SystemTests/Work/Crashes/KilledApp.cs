using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Work.Crashes;

/// <summary>samples/rack-app, live on a server of its own, with a Slipway on SQLite that tests may kill.</summary>
public sealed class KilledApp(Testbed testbed) : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Patient = new() { ["Slipway__RateLimit__RequestsPerHour"] = "1000000" };

    public Owner Owner { get; private set; } = null!;

    public App App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Owner = await Owner.StartAsync(testbed, Patient);
        App = await Owner.DeployAsync("Killed", [await Owner.StartServerAsync()]);
    }

    public async ValueTask DisposeAsync() => await (Owner?.DisposeAsync() ?? ValueTask.CompletedTask);
}
