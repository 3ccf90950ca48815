using System.Globalization;
using Slipway.Rig;
using Slipway.SystemTests.Deployments;

namespace Slipway.SystemTests.Docker;

/// <summary>Slipway killed in the middle of a deployment of containers: it goes on where it was, and nothing happens twice.</summary>
public sealed class DockerCrashTests(Testbed testbed) : IAsyncLifetime
{
    private Owner _owner = null!;
    private App _app = null!;

    public async ValueTask InitializeAsync()
    {
        _owner = await Owner.StartAsync(testbed);
        _app = await DockerApp.DeployAsync(_owner, "Container app", [await _owner.StartDockerServerAsync()]);
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    [Fact]
    public async Task Deployment_KilledAtAnyTime_Ends_AndRunsItsCommandOnce()
    {
        var (version, runs) = (200, 1);
        var load = await _app.UnderLoadAsync(async () =>
        {
            foreach (var step in new[] { "build images", "run commands of the deployment", "start new containers", "switch traffic", "retire old containers" })
            {
                var text = (++version).ToString(CultureInfo.InvariantCulture);
                await _app.Code.CommitVersionAsync(text, App.Token);
                var reply = await _app.QueueAsync();
                await App.WaitAsync(async () => (await _app.StepsAsync(reply.AsyncActionId)).Any(each => each.Name == step && each.State != "waiting"));
                await _owner.Slipway.KillAsync();
                await _owner.Slipway.StartAsync(App.Token);
                DeployedApp.AssertSucceeded(await _app.EndAsync(reply));
                Assert.Equal(text, await _app.GetAsync("/"));
                Assert.Equal(++runs, (await _app.GetAsync("/commands")).Split('\n').Length);
            }
            return null;
        });
        Assert.True(load.Failed.Count == 0, load.ToString());
        var listed = (await _app.Client.Containers.ListAsync(_app.Uid, cancellationToken: App.Token)).Response.Select(container => container.Uid).ToHashSet();
        await App.WaitAsync(async () => listed.SetEquals(
            (await _app.Server.ExecuteAsync(["docker", "container", "ls", "--all", "--quiet", "--no-trunc"], App.Token)).Split('\n')));
    }
}
