using Slipway.Engine;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Deployments;
using Slipway.Engine.Deployments.Docker.Images;
using Slipway.Engine.Remote;

namespace Slipway.Tests.Docker;

public sealed class RegistrySessionTests
{
    private const string SignIn = "docker login quay.io";

    private readonly Attempt _attempt = new([new() { Name = "web", Build = new("", "Dockerfile") }, new() { Name = "cache", Image = "quay.io/team/cache:1" }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A Dockerfile may begin with an image that only the registry has.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ImagesAreBuiltAndPulled_WhileSignedIn(bool isBuild)
    {
        Func<DeployContext, CancellationToken, Task> run = isBuild ? BuildImages.RunAsync : PullImages.RunAsync;

        await run(WithRegistry(), Cancel);

        var programs = _attempt.Machine.Programs;
        Assert.InRange(programs.FindIndex(program => program.Contains(isBuild ? "docker image build" : "docker image pull", StringComparison.Ordinal)), programs.IndexOf(SignIn) + 1, programs.Count);
        Assert.Contains(SignIn, programs);
        Assert.DoesNotContain(programs, program => program.Contains("sesame", StringComparison.Ordinal));
        Assert.Contains("/etc/slipway/stacks/shop/docker/config.json", _attempt.Machine.Removed);
    }

    [Theory]
    [InlineData("quay.io", "quay.io")]
    [InlineData("docker.io", "https://index.docker.io/v1/")]
    public void Configuration_IsWhatDockerReads(string url, string key) => Assert.Equal(
        $$$$"""{"auths":{"{{{{key}}}}":{"auth":"ZGVwbG95Om9wZW4gc2VzYW1l"}}}""", System.Text.Encoding.UTF8.GetString(RegistrySession.Configuration(url, "deploy", "open sesame")));

    [Fact]
    public async Task RegistryThatLetsNobodyIn_IsToldOf_AndForgotten()
    {
        _attempt.Machine.ExitCodes[SignIn] = 1;

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => BuildImages.RunAsync(WithRegistry(), Cancel));

        Assert.StartsWith("The registry quay.io does not let deploy in.", problem.Message, StringComparison.Ordinal);
        Assert.Contains("/etc/slipway/stacks/shop/docker/config.json", _attempt.Machine.Removed);
    }

    [Fact]
    public async Task RegistryThatDoesNotAnswer_IsNotSaidToRefuse()
    {
        _attempt.Machine.Hanging.Add(SignIn);

        var problem = await Assert.ThrowsAsync<RemoteException>(() => BuildImages.RunAsync(WithRegistry(), Cancel));

        Assert.Equal(RemoteOutcome.TimedOut, problem.Result.Outcome);
        Assert.Contains("/etc/slipway/stacks/shop/docker/config.json", _attempt.Machine.Removed);
    }

    private DeployContext WithRegistry()
    {
        var plan = _attempt.Context.State.Plan;
        _attempt.Context.State.Plan = plan with { Docker = plan.Docker! with { Registry = new("quay.io", "deploy", "_env:QUAY_PASSWORD") } };
        return _attempt.Context with { Variables = _ => [new("QUAY_PASSWORD", new("open sesame"))] };
    }
}
