using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Analysis.Docker;
using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Commands.Tls;
using Slipway.Engine.Stacks;
using Slipway.Server.Containers;
using Slipway.Server.Deployments;
using Slipway.Server.Services;
using Slipway.Tests.Support;

namespace Slipway.Tests.Services;

/// <summary>What the watch makes of what it finds beside containers that are down.</summary>
public sealed class ContainerDriftTests : IAsyncDisposable
{
    private static readonly string Serving = new('c', 64);
    private static readonly string Other = new('d', 64);

    private readonly SlipwayApp _app = new();
    private ContainerWatch? _watch;
    private Person _owner = null!;
    private FakeMachine _machine = null!;
    private string _uid = "";
    private int _deploymentId;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private StackPaths Paths { get; set; } = null!;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task CommandBeside_HoldsNobodyOff_AsOtherWorkDoes(bool isBeside, int repairs)
    {
        await GivenServiceAsync();
        await _app.ChangeAsync(async db =>
        {
            var stack = await db.Stacks.SingleAsync(stack => stack.Uid == _uid, Cancel);
            db.Actions.Add(new()
            {
                StackId = stack.Id, Kind = ServiceEndpoints.RunKind, Name = ServiceEndpoints.RunKind, IsBeside = isBeside, ResourceType = "stack", Payload = "{}", UserEmail = "x", StartedVia = "api",
                CreatedAt = TimeProvider.System.GetUtcNow(),
            });
        });
        GivenContainers(Of(Serving) with { Status = "exited" });
        await LookAsync(2);
        Assert.Equal(repairs, await RepairsAsync());
    }

    [Fact]
    public async Task NginxThatAsksContainersOfAnotherRelease_IsPutRight()
    {
        await GivenServiceAsync();
        // The attempt's containers are up and nobody's; nginx was told of them, and its server vanished before it could be told otherwise.
        GivenContainers(Of(Serving), Of(Other) with { IsPinned = false, Port = 20002 });
        GivenTargets(20002);
        await LookAsync(2);
        Assert.Equal(1, await RepairsAsync());
    }

    [Theory]
    [InlineData("3000:80", 1)]
    [InlineData("3000", 0)]
    public async Task ContainerThatNginxPassesOver_IsGivenItsPlace(string offered, int repairs)
    {
        await GivenServiceAsync();
        GivenContainers(Of(Serving) with { Offered = offered });
        await LookAsync(2);
        Assert.Equal(repairs, await RepairsAsync());
    }

    [Theory]
    [InlineData(true, "20260131120000-action1", 1)]
    [InlineData(false, "20260131120000-action999", 0)]
    [InlineData(false, "20260131120000-SESSION", 0)]
    [InlineData(false, "20260131120000-FAILED", 1)]
    public async Task ContainerThatNobodyWants_IsRemoved_UnlessItAnswersItsLastRequests(bool isPinned, string run, int repairs)
    {
        await GivenServiceAsync();
        var (session, failed) = await _app.InDatabaseAsync(async db =>
        {
            var live = await db.Deployments.SingleAsync(row => row.Id == _deploymentId, Cancel);
            return (live.Session, "failedrun1");
        });
        await GivenFailedDeploymentAsync(failed);
        GivenContainers(Of(Serving), Of(Other) with { IsPinned = isPinned, Port = 20002, Run = run.Replace("SESSION", session, StringComparison.Ordinal).Replace("FAILED", failed, StringComparison.Ordinal) });
        GivenTargets(20001);
        await LookAsync(2);
        Assert.Equal(repairs, await RepairsAsync());
    }

    [Theory]
    [InlineData(true, 1, StackHealth.Impaired)]
    [InlineData(false, 0, StackHealth.Healthy)]
    public async Task ContainerOfAServiceThatWasStopped_IsRemoved_WhereItWasLeft(bool isPinned, int repairs, int health)
    {
        await GivenNoContainerAsync();
        _machine.Files[DockerConfig.Path] = "{}";
        GivenContainers(Of(Serving) with { IsPinned = isPinned });
        await LookAsync(2);
        Assert.Equal((repairs, health), (await RepairsAsync(), await HealthAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServerWithoutContainers_KeepsNoStackFromBeingHealthy_WhetherItsDockerAnswersOrNot(bool isPrepared)
    {
        await GivenNoContainerAsync();
        await _app.ChangeAsync(async db => (await db.Stacks.SingleAsync(row => row.Uid == _uid, Cancel)).Health = StackHealth.Impaired);
        if (isPrepared)
            _machine.Files[DockerConfig.Path] = "{}";
        _machine.Outages[string.Join(' ', DockerQueries.Containers(Paths))] = int.MaxValue;
        await LookAsync(1);
        Assert.Equal(StackHealth.Healthy, await HealthAsync());
    }

    [Theory]
    [InlineData(false, StackHealth.Impaired, "It is not on its server any more.")]
    [InlineData(true, StackHealth.Healthy, "It was healthy when it came to serve, a moment ago.")]
    public async Task ContainerThatIsGoneAMomentAfterItCame_IsShownGone_ByALookThatCameLater(bool isLookEarlier, int health, string message)
    {
        await GivenServiceAsync();
        GivenContainers();
        await LookAsync(1);
        if (isLookEarlier)
            await _app.ChangeAsync(async db => (await db.Containers.SingleAsync(Cancel)).UpdatedAt = TimeProvider.System.GetUtcNow());
        var shown = Assert.Single((await _owner.Api.Containers.ListAsync(_uid, cancellationToken: Cancel)).Response);
        Assert.Equal((health, message), (shown.HealthState, shown.HealthMessage));
    }

    [Fact]
    public async Task RepairThatIsOfNoUse_IsNotRepeatedForEver()
    {
        await GivenServiceAsync();
        GivenContainers(Of(Serving));
        GivenTargets(20001, 20009);
        for (var turn = 0; turn < 6; turn++)
        {
            await LookAsync(2);
            await _app.ChangeAsync(Given.FinishActionsAsync);
        }
        Assert.Equal(3, await RepairsAsync());
        Assert.Equal(StackHealth.Impaired, await HealthAsync());
    }

    [Theory]
    [InlineData("3000:80", 1, StackHealth.Impaired, "It runs.")]
    [InlineData("4000:80", 0, StackHealth.Impaired, "It runs, but gets no requests: nginx offers port 4000 of its service by now, and it was started with others.")]
    [InlineData("4000", 0, StackHealth.Healthy, "It runs without requests, as nginx offers none of its service's ports any more.")]
    public async Task ContainerThatDeploymentsLeaveAlone_IsNotMendedForEver_WhenItsServiceHasOtherPorts(string ports, int repairs, int health, string message)
    {
        await GivenServiceAsync();
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(
            db, _deploymentId, new() { Source = "services.yml", Services = [new() { Name = "web", RestartOnDeploy = false, Ports = [ServiceTexts.Port(ports)!] }] }));
        GivenContainers(Of(Serving));
        GivenTargets();

        await LookAsync(3);

        Assert.Equal(repairs, await RepairsAsync());
        Assert.Equal(health, await HealthAsync());
        Assert.StartsWith(message, Assert.Single((await _owner.Api.Containers.ListAsync(_uid, cancellationToken: Cancel)).Response).HealthMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task SelfSignedCertificate_IsRenewedInTime_WithoutADeployment(bool isSelfSigned, bool isEnding, int repairs)
    {
        await GivenServiceAsync();
        GivenContainers(Of(Serving));
        GivenTargets(20001);
        _machine.Files[Paths.NginxSite] = $"    ssl_certificate {Paths.LiveTls}/certificate.pem;";
        if (isSelfSigned)
            _machine.Files[$"{Paths.LiveTls}/{CertificateRequest.FileName}"] = "";
        if (isEnding)
            _machine.ExitCodes[string.Join(' ', CertificateCommands.IsGoodFor(Paths.LiveTls, TimeSpan.FromDays(200)))] = 1;

        await LookAsync(1);
        Assert.Equal(repairs, await RepairsAsync());
        await _app.ChangeAsync(Given.FinishActionsAsync);
        await LookAsync(2);

        Assert.Equal(repairs, await RepairsAsync());
        Assert.Equal(StackHealth.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task StackThatWasMendedByHand_IsHealthyAgain()
    {
        await GivenServiceAsync();
        GivenContainers(Of(Serving) with { Status = "exited" });
        await LookAsync(2);
        Assert.Equal(StackHealth.Impaired, await HealthAsync());
        await _app.ChangeAsync(async db =>
        {
            var repair = await db.Actions.SingleAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel);
            (repair.FinishedAt, repair.IsSuccess) = (TimeProvider.System.GetUtcNow(), false);
        });

        await LookAsync(1);
        Assert.Equal(StackHealth.Impaired, await HealthAsync());
        GivenContainers(Of(Serving));
        GivenTargets(20001);
        _machine.HostKey = "SHA256:" + new string('B', 43);
        await LookAsync(1);
        Assert.Equal(StackHealth.Impaired, await HealthAsync());
        _machine.HostKey = "SHA256:" + new string('A', 43);
        await LookAsync(1);
        Assert.Equal(StackHealth.Healthy, await HealthAsync());
    }

    [Theory]
    [InlineData("restarting", null, 0, 0, StackHealth.Impaired, "It ended with exit code 3, and Docker is about to start it again: so far it has 7 times.")]
    [InlineData("running", "unhealthy", 0, 0, StackHealth.Impaired, "It runs, but is unhealthy by the check of its image.")]
    [InlineData("running", "healthy", 0, 0, StackHealth.Healthy, "It runs. Docker has started it again 7 times")]
    [InlineData("running", "starting", 0, 0, StackHealth.Building, "It runs; the check of its image has not told yet.")]
    [InlineData("running", null, 8, 8, StackHealth.Healthy, "It runs. Docker has started it again 8 times")]
    [InlineData("running", null, 8, 9, StackHealth.Impaired, "It ends again and again: Docker has started it anew 9 times")]
    public async Task ContainersHealth_IsShown_AndTheStacks(string status, string? own, int second, int third, int health, string message)
    {
        await GivenServiceAsync();
        GivenTargets(20001);
        foreach (var restarts in new[] { 7, second, third, third }.Select(count => Math.Max(count, 7)))
        {
            GivenContainers(Of(Serving) with { Status = status, Health = own, Restarts = restarts });
            await LookAsync(1);
        }

        var shown = Assert.Single((await _owner.Api.Containers.ListAsync(_uid, cancellationToken: Cancel)).Response);
        Assert.Equal((health, "docker"), (shown.HealthState, shown.HealthSource));
        Assert.StartsWith(message, shown.HealthMessage, StringComparison.Ordinal);
        Assert.Equal(2026, shown.StartedAt.Year);
        Assert.Equal(shown.HealthMessage, Assert.Single((await _owner.Api.Services.GetAsync(_uid, "web", cancellationToken: Cancel)).Containers).HealthMessage);
        Assert.Equal(health == StackHealth.Impaired ? StackHealth.Impaired : StackHealth.Healthy, await HealthAsync());
        Assert.Equal(0, await RepairsAsync());
    }

    [Fact]
    public async Task ContainerStartedByHand_IsShown_AndLeftAlone()
    {
        await GivenServiceAsync();
        GivenContainers(Of(Serving), Of(Other) with { Run = "", Name = "brave_turing", IsPinned = true, Port = 20005 });
        GivenTargets(20001);
        await LookAsync(2);
        Assert.Equal(0, await RepairsAsync());
        Assert.Equal(StackHealth.Healthy, await HealthAsync());
        var service = await _owner.Api.Services.GetAsync(_uid, "web", cancellationToken: Cancel);
        Assert.Equal([("brave_turing", Assert.Single(service.Containers).ServerName)], service.OtherContainers.Select(other => (other.Name, other.ServerName)));
    }

    [Theory]
    [InlineData("[]", HttpStatusCode.NotFound, "not on its server any more")]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", HttpStatusCode.BadRequest, "192.0.2.1 does not tell of the container just now")]
    public async Task ContainerThatDockerDoesNotTellOf_IsGone_OnlyWhereDockerSaysSo(string says, HttpStatusCode status, string told)
    {
        await GivenServiceAsync();
        var look = string.Join(' ', DockerQueries.Container(Serving));
        (_machine.Answers[look], _machine.ExitCodes[look]) = (says, says == "[]" ? 0 : 1);
        var problem = await Assert.ThrowsAsync<SlipwayApiException>(() => _owner.Api.Containers.GetAsync(_uid, Serving, Cancel));
        Assert.Equal(status, problem.Status);
        Assert.Contains(told, problem.Message, StringComparison.Ordinal);
    }

    private async Task GivenServiceAsync()
    {
        _owner = await _app.GivenOwnerAsync();
        var stack = await _owner.GivenStackAsync();
        _uid = stack.Uid;
        _machine = _app.Machines.Add("192.0.2.1");
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, _uid));
        await _app.ChangeAsync(db => Given.DockerAsync(db, _uid));
        var server = await _owner.Api.Servers.AddAsync(_uid, new() { Address = "192.0.2.1" }, Cancel);
        _deploymentId = (await _owner.Api.Deployments.RedeployAsync(_uid, null, Cancel)).DeploymentId;
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, _deploymentId));
        await _app.InDatabaseAsync(db => Given.ContainerAsync(db, server.Uid));
        await GivenCountAsync("worker", 0);
        await _app.ChangeAsync(async db => (await db.Stacks.SingleAsync(row => row.Uid == _uid, Cancel)).Health = StackHealth.Healthy);
        Paths = new(stack.DeployDirectory.Split('/')[^1]);
    }

    private Task GivenCountAsync(string service, int count) => _app.ChangeAsync(async db =>
        (await db.Servers.Include(row => row.ProcessCounts).SingleAsync(row => row.Stack!.Uid == _uid, Cancel)).SetCount(service, count));

    private async Task GivenNoContainerAsync()
    {
        await GivenServiceAsync();
        await GivenCountAsync("web", 0);
        await _app.InDatabaseAsync(db => db.Containers.ExecuteDeleteAsync(Cancel));
    }

    private async Task GivenFailedDeploymentAsync(string session)
    {
        var failed = await _owner.Api.Deployments.RedeployAsync(_uid, null, Cancel);
        await _app.ChangeAsync(async db =>
        {
            await Given.DeploymentEndAsync(db, failed.DeploymentId, DeploymentOutcome.Failed, isLive: false);
            (await db.Deployments.SingleAsync(row => row.Id == failed.DeploymentId, Cancel)).Session = session;
            (await db.Stacks.SingleAsync(row => row.Uid == _uid, Cancel)).Health = StackHealth.Healthy;
        });
    }

    private void GivenTargets(params int[] ports) => _machine.Files[Paths.NginxUpstream] = ContainerSites.Upstreams(Paths, [new("web", 80, ports)]);

    private void GivenContainers(params DockerContainer[] containers) => DockerContainer.Give(_machine, Paths, containers);

    private async Task LookAsync(int times)
    {
        for (var time = 0; time < times; time++)
            await (_watch ??= ActivatorUtilities.CreateInstance<ContainerWatch>(_app.Services)).LookAsync(Cancel);
    }

    private Task<int> RepairsAsync() => _app.InDatabaseAsync(db => db.Actions.CountAsync(action => action.Kind == ContainerWatch.RepairKind, Cancel));

    private async Task<int> HealthAsync() => (await _owner.Api.Stacks.GetAsync(_uid, Cancel)).Health;

    private static DockerContainer Of(string id) => new(id);
}
