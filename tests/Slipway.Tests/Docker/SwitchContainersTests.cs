using Slipway.Engine;
using Slipway.Engine.Commands;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Deployments.Docker;
using Slipway.Engine.Remote;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class SwitchContainersTests
{
    private readonly Attempt _attempt = new([new() { Name = "web", Ports = [new(3000, 8080)] }]);

    public SwitchContainersTests() => _attempt.GivenContainers(New("c9", "web"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EngineThatRestartsMeanwhile_IsWaitedFor()
    {
        var (list, pin) = (Line(DockerQueries.Containers(_attempt.Context.Paths)), Line(DockerQueries.Pin(["c9"])));
        (_attempt.Machine.Outages[list], _attempt.Machine.Outages[pin]) = (3, 2);

        await SwitchContainers.SwitchAsync(_attempt.Context, Cancel);

        Assert.Equal("c9", Assert.Single(_attempt.Context.State.Containers).Uid);
        Assert.Equal((4, 3, 5), (Count(list), Count(pin), Count("sleep 1")));

        int Count(string program) => _attempt.Machine.Programs.Count(ran => ran == program);
    }

    [Fact]
    public async Task EngineThatIsGone_IsNotWaitedForForEver()
    {
        _attempt.Machine.Outages[Line(DockerQueries.Containers(_attempt.Context.Paths))] = int.MaxValue;
        var problem = await Assert.ThrowsAsync<RemoteException>(() => SwitchContainers.SwitchAsync(_attempt.Context, Cancel));
        Assert.Contains("Cannot connect to the Docker daemon", problem.Message, StringComparison.Ordinal);
    }

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
    [InlineData("/etc/nginx/conf.d/slipway-other.conf:    listen 8080 ssl http2;", true)]
    [InlineData("/etc/nginx/conf.d/slipway-other.conf:    listen [::]:8080 ssl http2 default_server;", true)]
    [InlineData("/etc/nginx/conf.d/slipway-shop.conf:    listen 8080 ssl http2;", false)]
    [InlineData("/etc/nginx/conf.d/slipway-other.conf:    listen 18080 ssl http2;", false)]
    [InlineData("/etc/nginx/conf.d/sockets.conf:    listen unix:/run/8080 ssl;", false)]
    public async Task PortOfAnotherProtocol_IsRefused_BeforeAnythingIsWritten(string line, bool isRefused)
    {
        _attempt.Machine.Answers[Line(NginxListeners.List)] = line;

        var problem = await Record.ExceptionAsync(() => SwitchContainers.PrepareAsync(_attempt.Context, Cancel));

        Assert.Equal(!isRefused, _attempt.Machine.Files.ContainsKey(_attempt.Context.Paths.NginxSite));
        Assert.Equal(isRefused ? "nginx cannot offer port 8080 on server1 under HTTP, as the definition wants for web: another site there offers it under HTTPS, and a port has one of the two. Choose another port, then deploy again." : null, problem?.Message);
    }

    [Theory]
    [InlineData(8080, "listen 8080;", true)]
    [InlineData(8080, "listen 0.0.0.0:8080 default_server;", true)]
    [InlineData(8080, "listen 8081;", false)]
    [InlineData(80, "listen 80;", false)]
    public async Task PortOfAnotherSite_IsRefused_ButTheUsualOne(int port, string line, bool isRefused)
    {
        var attempt = new Attempt([new() { Name = "web", Ports = [new(3000, port)] }]);
        attempt.GivenContainers(New("c9", "web"));
        attempt.Machine.Answers[Line(NginxListeners.List)] = $"/etc/nginx/conf.d/slipway-other.conf:    {line}";

        var problem = await Record.ExceptionAsync(() => SwitchContainers.PrepareAsync(attempt.Context, Cancel));

        Assert.Equal(!isRefused, attempt.Machine.Files.ContainsKey(attempt.Context.Paths.NginxSite));
        Assert.Equal(
            isRefused
                ? "nginx cannot offer port 8080 on server1, as the definition wants for web: another site there has it (/etc/nginx/conf.d/slipway-other.conf), and stacks share only port 80 for HTTP and 443 for HTTPS. Choose another port, then deploy again."
                : null,
            problem?.Message);
    }

    [Theory]
    [InlineData("listen 8080;", "listen 8080;", true)]
    [InlineData("listen 8080 ssl;", "listen 8080;", true)]
    [InlineData("listen 8080;", "listen 8081;", false)]
    [InlineData("listen 8080;", "listen 8080 ssl;", false)]
    public async Task PortThatTwoSitesHaveAlready_KeepsNothingFromBeingMended(string other, string own, bool isOffered)
    {
        _attempt.Machine.Answers[Line(NginxListeners.List)] = $"/etc/nginx/conf.d/slipway-other.conf:    {other}\n/etc/nginx/conf.d/slipway-shop.conf:    {own}";

        await Assert.ThrowsAsync<UserErrorException>(() => SwitchContainers.PrepareAsync(_attempt.Context, Cancel));
        var problem = await Record.ExceptionAsync(() => SwitchContainers.PrepareAsync(_attempt.Context with { Change = ContainerChange.None }, Cancel));

        Assert.Equal(isOffered, problem is null);
        Assert.Equal(isOffered, _attempt.Machine.Files.ContainsKey(_attempt.Context.Paths.NginxSite));
        Assert.All(_attempt.Said, said => Assert.StartsWith("The site goes on as it was; a deployment would be refused: nginx cannot offer port 8080 on server1", said, StringComparison.Ordinal));
        Assert.Equal(isOffered ? 1 : 0, _attempt.Said.Count);
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

    [Fact]
    public async Task PortThatContainersDoNotHave_BecauseDeploymentsLeaveThemAlone_IsToldOf()
    {
        var attempt = new Attempt([new() { Name = "web", RestartOnDeploy = false, Ports = [new(4000, 8080)] }]);
        attempt.GivenContainers(Old("c1", "web"));

        await SwitchContainers.PrepareAsync(attempt.Context, Cancel);

        Assert.Contains("return 503;", attempt.Machine.Files[attempt.Context.Paths.NginxSite], StringComparison.Ordinal);
        Assert.StartsWith("Nobody answers on port 8080: deployments leave the containers of web alone", Assert.Single(attempt.Said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerThatEndedSinceItsCheck_KeepsRequestsWhereTheyGo()
    {
        var ended = New("c9", "web") with { Status = "exited", ExitCode = 3 };
        _attempt.GivenContainers(Old("c1", "web"), ended);
        _attempt.Machine.Answers[Line(DockerCommands.LastOutput("c9", 40))] = "out of memory";

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => SwitchContainers.PrepareAsync(_attempt.Context, Cancel));

        Assert.Equal("The new container of web on server1 ended with exit code 3.\nWhat it printed last:\nout of memory", problem.Message);
        Assert.DoesNotContain(_attempt.Context.Paths.NginxSite, _attempt.Machine.Files.Keys);
        await Assert.ThrowsAsync<UserErrorException>(() => SwitchContainers.SwitchAsync(_attempt.Context, Cancel));
        Assert.DoesNotContain(_attempt.Machine.Programs, program => program.StartsWith("docker container update --restart unless-stopped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ContainerThatWasToStay_AndIsDown_IsToldOf()
    {
        _attempt.GivenContainers(Old("c1", "web") with { Status = "exited", ExitCode = 1 });

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => SwitchContainers.PrepareAsync(_attempt.Context with { Change = ContainerChange.None }, Cancel));

        Assert.StartsWith("The container of web on server1 ended with exit code 1.", problem.Message, StringComparison.Ordinal);
    }
}
