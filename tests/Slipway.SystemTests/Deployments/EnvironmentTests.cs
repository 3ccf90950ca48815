using System.Net;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;

namespace Slipway.SystemTests.Deployments;

/// <summary>Variables on their way into the processes.</summary>
public sealed class EnvironmentTests(DeployedApp deployed) : IClassFixture<DeployedApp>
{
    private const string Hostile = "it's \"quoted\" `touch /tmp/broken` $(touch /tmp/broken) $HOME ${PATH} %n %% \\n \\ \n#line\n; && || é 漢字 🚢 \t'\\''\"\n";

    private readonly App _app = deployed.App;

    [Fact]
    public async Task Variable_IsAdded_Changed_AndDeleted_WithoutAFailedRequest()
    {
        var load = await _app.UnderLoadAsync(async () =>
        {
            await _app.SetAsync("DEMO_X", Hostile);
            Assert.Equal(Hostile, await _app.GetAsync("/env?name=DEMO_X"));
            await _app.SetAsync("DEMO_X", "second");
            Assert.Equal("second", await _app.GetAsync("/env?name=DEMO_X"));
            await _app.SetAsync("DEMO_X", null);
            var missing = await Assert.ThrowsAsync<HttpRequestException>(() => _app.GetAsync("/env?name=DEMO_X"));
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            return null;
        });
        Assert.True(load.Lost.Count == 0, load.ToString());
        Assert.Equal("", await _app.Server.ExecuteAsync(["find", "/tmp", "/", "-maxdepth", "1", "-name", "broken"], App.Token));
        Assert.Equal(StackStatus.Success, (await _app.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" leading and trailing ")]
    [InlineData("-n --version")]
    [InlineData("ends with a backslash\\")]
    [InlineData("\"")]
    [InlineData("'")]
    public async Task Value_ReachesTheProcess_ByteForByte_AndSurvivesADeployment(string value)
    {
        await _app.SetAsync("DEMO_Y", value);
        Assert.Equal(value, await _app.GetAsync("/env?name=DEMO_Y"));
        if (value == "'")
        {
            DeployedApp.AssertSucceeded(await _app.DeployAsync());
            Assert.Equal(value, await _app.GetAsync("/env?name=DEMO_Y"));
        }
    }

    [Theory]
    [InlineData("DEMO_Z", "carriage\rreturn")]
    [InlineData("DEMO_Z", "bell\u0007")]
    [InlineData("A;B", "x")]
    [InlineData("$(id)", "x")]
    [InlineData("A\nB", "x")]
    [InlineData("-n", "x")]
    public async Task WhatNoProcessCanBeGiven_IsRefusedAtOnce(string key, string value)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayApiException>(() => _app.SetAsync(key, value));
        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
    }

    [Fact]
    public async Task Secrets_DoNotStandInTheLog_NorInArgumentLists()
    {
        await _app.Code.CommitAsync(new Dictionary<string, string?>
        {
            [".cloud66/deploy_hooks.yml"] = "production:\n  first_thing:\n    - command: echo \"it is $SECRET_KEY_BASE here\"; ps -eo args\n",
        }, App.Token);
        var deployment = await _app.DeployAsync();
        DeployedApp.AssertSucceeded(deployment);
        var secret = (await deployed.Owner.Client.Environments.GetAsync(_app.Uid, "SECRET_KEY_BASE", App.Token)).Value;
        var lines = await _app.LinesAsync(deployment.AsyncActionId!.Value);
        Assert.Contains(lines, line => line.StartsWith("it is ", StringComparison.Ordinal) && line.EndsWith(" here", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.Ordinal));
    }
}
