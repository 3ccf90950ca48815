using Slipway.Engine;
using Slipway.Engine.Commands;
using Slipway.Engine.Deployments.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class SwitchContainersTests
{
    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 8080)] }]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("8080 apache2", "apache2 listens there")]
    [InlineData("8080 nginx\n8080 ", "another program listens there")]
    public async Task PortOfSomebodyElse_IsRefused_BeforeAnythingIsWritten(string listeners, string says)
    {
        _attempt.Machine.Answers[Line(Listeners.Of([8080]))] = listeners;

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => SwitchContainers.PrepareAsync(_attempt.Context, Cancel));

        Assert.Contains("nginx cannot offer port 8080", problem.Message, StringComparison.Ordinal);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_attempt.Context.Paths.NginxSite, _attempt.Machine.Files.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8080 nginx\n8080 nginx")]
    public async Task PortOfNginx_IsOffered(string listeners)
    {
        if (listeners.Length > 0)
            _attempt.Machine.Answers[Line(Listeners.Of([8080]))] = listeners;

        await SwitchContainers.PrepareAsync(_attempt.Context, Cancel);

        Assert.Contains("listen 8080", _attempt.Machine.Files[_attempt.Context.Paths.NginxSite], StringComparison.Ordinal);
    }
}
