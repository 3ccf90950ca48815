using System.Text.Json;
using Slipway.Engine;
using Slipway.Engine.Deployments.Docker;
using static Slipway.Tests.Docker.Attempt;

namespace Slipway.Tests.Docker;

public sealed class ContainerHealthTests
{
    private const string Id = "c1c1c1c1c1c1c1";
    private const string Ask = $"docker container exec {Id} up --now";

    private readonly Attempt _attempt = new([new() { Name = "web" }]);

    private static ContainerState Starting => New(Id, "web") with { Health = "starting", OwnCheck = new(["up", "--now"], TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5)) };

    // Docker asks for the first time when the check's interval has passed.
    [Fact]
    public async Task CheckOfTheImage_IsRunAtOnce()
    {
        await CheckAsync(Starting);

        Assert.Contains(Ask, _attempt.Machine.Programs);
        Assert.Equal([$"web is healthy in {Id[..12]}."], _attempt.Said);
    }

    [Fact]
    public async Task CheckThatFails_IsRepeated_WithinTheStartPeriodToo()
    {
        _attempt.Machine.ExitCodes[Ask] = 1;

        var problem = await Assert.ThrowsAsync<UserErrorException>(() => CheckAsync(Starting));

        Assert.StartsWith("The new container of web on server1 did not become healthy by the check of its image in time.", problem.Message, StringComparison.Ordinal);
        Assert.InRange(_attempt.Machine.Programs.Count(program => program == Ask), 300, 390);
    }

    [Theory]
    [InlineData("healthy", null)]
    [InlineData("unhealthy", "is unhealthy by the check of its image.")]
    public async Task WhatDockerFoundOut_IsTaken(string health, string? problem)
    {
        var exception = await Record.ExceptionAsync(() => CheckAsync(Starting with { Health = health }));

        Assert.DoesNotContain(Ask, _attempt.Machine.Programs);
        Assert.Equal(problem is null, exception is null);
        Assert.Contains(problem ?? "", exception?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Healthcheck":{"Test":["CMD","up","-q"],"Interval":300000000000,"Timeout":3000000000,"StartPeriod":60000000000}}""", "up -q", 3, 60)]
    [InlineData("""{"Healthcheck":{"Test":["CMD-SHELL","up || exit 1"]}}""", "/bin/sh -c up || exit 1", 30, 0)]
    [InlineData("""{"Healthcheck":{"Test":["CMD-SHELL","up"],"Timeout":0},"Shell":["bash","-ec"]}""", "bash -ec up", 30, 0)]
    [InlineData("""{"Healthcheck":{"Test":["NONE"]}}""", null, 0, 0)]
    [InlineData("""{"Healthcheck":null}""", null, 0, 0)]
    [InlineData("{}", null, 0, 0)]
    public void CheckOfAnImage_IsRead_AsDockerRunsIt(string config, string? program, int timeout, int startPeriod)
    {
        using var document = JsonDocument.Parse(config);
        var check = OwnCheck.Of(document.RootElement);

        Assert.Equal(program, check is null ? null : Line(check.Program));
        Assert.Equal((timeout, startPeriod), ((int)(check?.Timeout ?? default).TotalSeconds, (int)(check?.StartPeriod ?? default).TotalSeconds));
    }

    private Task CheckAsync(ContainerState container)
    {
        _attempt.GivenContainers(container);
        var (context, server) = (_attempt.Context, _attempt.Context.Wanted.Servers[0]);
        return ContainerHealth.CheckAsync(context, server, context.Hosts(server), context.Docker.Services[0], container, TestContext.Current.CancellationToken);
    }
}
