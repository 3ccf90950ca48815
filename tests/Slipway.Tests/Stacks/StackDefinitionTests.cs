using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Engine.Analysis;
using Slipway.Engine.Deployments;
using Slipway.Server.Deployments;
using Slipway.Server.Users;
using Slipway.Tests.Analysis;
using Slipway.Tests.Support;

namespace Slipway.Tests.Stacks;

public sealed class StackDefinitionTests : IAsyncDisposable
{
    private const string Pulled = "services:\n  web:\n    image: quay.io/owner/web:1\n    ports: [\"3000:80\"]\n";

    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task StackOfImages_NeedsNoRepository_FromItsMakingToADeployment()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.Api.Stacks.CreateAsync(new() { Name = "Pulled", ServiceYaml = Pulled }, Cancel)).Stack.Uid;
        await _app.WorkAsync(uid);

        var stack = await owner.Api.Stacks.GetAsync(uid, Cancel);
        Assert.Equal((StackStatus.Analysed, "docker", "", ""), (stack.Status, stack.Framework, stack.Git, stack.GitBranch));
        var analysis = await owner.Api.Stacks.GetAnalysisAsync(uid, Cancel);
        Assert.Equal(DefinitionCode.HashOf(Pulled), analysis.GitHash);
        Assert.Equal(("web", "quay.io/owner/web:1"), (analysis.Services[0].Name, analysis.Services[0].Image));
        Assert.Equal(Pulled, await owner.Api.Stacks.GetServiceYamlAsync(uid, Cancel));

        var machine = _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        await AssertRefusedAsync(() => owner.Api.Deployments.RedeployAsync(uid, "main", Cancel), "git_ref: the stack has no repository");
        await AssertRefusedAsync(() => owner.Api.Settings.ChangeAsync(uid, "git.branch", "main", Cancel), "The stack has no repository, so it has no branch");
        var reply = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.WorkAsync(uid);
        var log = (await owner.Api.Actions.ListLogAsync(uid, reply.AsyncActionId, cancellationToken: Cancel)).Response;
        Assert.Contains(log, line => line.Text.StartsWith($"service_yaml is {DefinitionCode.HashOf(Pulled)[..10]}", StringComparison.Ordinal));
        Assert.DoesNotContain(machine.Programs, program => program.StartsWith("git ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("services: {web: {image: a, port: 1}}", "service_yaml, line 1: web: there is no option \"port\"")]
    [InlineData("services:\n  web: [", "service_yaml, line 3: this is not valid YAML")]
    [InlineData("services:\n  web:\n    ports: [\"3000:80\"]", "service_yaml, line 3: web: there is no file Dockerfile in the repository. Name an image")]
    [InlineData("staging: {services: {web: {image: a}}}", "there is nothing for the environment production")]
    [InlineData("services: {web: {image: a}}\nrepositories: {url: q, username: u, password: hunter2}", "password must be _env:NAME")]
    [InlineData("  \n", "git is missing: the address of the repository. A stack does without only where each service of its service_yaml names an image.")]
    [InlineData(null, "git is missing")]
    public async Task DefinitionWithMistakes_MakesNothing(string? definition, string says)
    {
        var owner = await _app.GivenOwnerAsync();
        await AssertRefusedAsync(() => owner.Api.Stacks.CreateAsync(new() { Name = "Pulled", ServiceYaml = definition }, Cancel), says);
        Assert.Empty((await owner.Api.Stacks.ListAsync(1, Cancel)).Response);
    }

    [Fact]
    public async Task Definition_IsChangedByAdministrators_AndCountsFromTheNextDeploymentOn()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.Api.Stacks.CreateAsync(new() { Name = "Pulled", ServiceYaml = Pulled }, Cancel)).Stack.Uid;
        await _app.WorkAsync(uid);
        var member = await _app.GivenMemberAsync(AccessLevel.Deploy);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<SlipwayApiException>(() => member.Api.Stacks.GetServiceYamlAsync(uid, Cancel))).Status);
        foreach (var (wrong, says) in new[] { ("services: {web: {}}", "there is no file Dockerfile"), ("", "service_yaml cannot be empty"), (new string('#', (256 * 1024) + 1), "larger than 256 KB") })
            await AssertRefusedAsync(() => owner.Api.Stacks.ChangeServiceYamlAsync(uid, wrong, Cancel), says);
        Assert.Equal(Pulled, await owner.Api.Stacks.GetServiceYamlAsync(uid, Cancel));
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        var deployment = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DockerReleaseAsync(db, deployment.DeploymentId));

        var changed = Pulled.Replace("web:1", "web:2", StringComparison.Ordinal);
        Assert.Equal("stack_analyse", (await owner.Api.Stacks.ChangeServiceYamlAsync(uid, changed, Cancel)).Action);
        await _app.WorkAsync(uid);

        Assert.Equal("quay.io/owner/web:2", (await owner.Api.Stacks.GetAnalysisAsync(uid, Cancel)).Services[0].Image);
        // What serves stays what it is, and a rollback finds it again.
        await using var scope = _app.Services.CreateAsyncScope();
        var contexts = scope.ServiceProvider.GetRequiredService<DeploymentContexts>();
        var stackId = await _app.InDatabaseAsync(db => db.Stacks.Where(stack => stack.Uid == uid).Select(stack => stack.Id).FirstAsync(Cancel));
        Assert.Equal("quay.io/owner/web:1", (await contexts.ServicesOfLiveAsync(stackId, Cancel))!.Services[0].Image);
    }

    [Fact]
    public async Task DefinitionBesideARepository_MayBuildFromIt_AndCanBeTakenBack()
    {
        var owner = await _app.GivenOwnerAsync();
        const string Built = "services:\n  web:\n    build_root: backend\n    privileged: true\n";
        var uid = (await owner.Api.Stacks.CreateAsync(new() { Name = "Built", Git = "https://git.example.com/a/b.git", ServiceYaml = Built }, Cancel)).Stack.Uid;
        Assert.Equal(Built, await owner.Api.Stacks.GetServiceYamlAsync(uid, Cancel));
        await owner.Api.Stacks.ChangeServiceYamlAsync(uid, "", Cancel);
        var gone = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Stacks.GetServiceYamlAsync(uid, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        Assert.Contains("in its repository", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LiveRubyApplication_TakesNoDefinition()
    {
        var owner = await _app.GivenOwnerAsync();
        var uid = (await owner.GivenStackAsync()).Uid;
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, uid));
        _app.Machines.Add("192.0.2.1");
        await owner.Api.Servers.AddAsync(uid, new() { Address = "192.0.2.1" }, Cancel);
        var deployment = await owner.Api.Deployments.RedeployAsync(uid, null, Cancel);
        await _app.ChangeAsync(db => Given.DeploymentEndAsync(db, deployment.DeploymentId, DeploymentOutcome.Success, isLive: true));
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Stacks.ChangeServiceYamlAsync(uid, Pulled, Cancel))).Status);
    }

    [Fact]
    public async Task PostedDefinition_CountsInsteadOfTheFile_WithTheRepositorysFolders()
    {
        var options = new AnalysisOptions { DistributionRuby = "3.1.2", PostedDefinition = "services: {api: {build_root: backend}}" };
        var repository = new FakeRepository(
            (".cloud66/services.yml", "services: {web: {image: a}}"), ("backend/Dockerfile", "FROM a"), ("Gemfile", ""), ("config.ru", ""));
        var result = await RepositoryAnalysis.AnalyzeAsync(repository, options, Cancel);
        Assert.Equal(("api", "backend/Dockerfile"), (result.Docker!.Services[0].Name, result.Docker.Services[0].Build!.Dockerfile));
        var missing = await RepositoryAnalysis.AnalyzeAsync(repository, options with { PostedDefinition = "services: {api: {privileged: true}}" }, Cancel);
        Assert.Equal(2, missing.Problems.Count);
        Assert.All(missing.Problems, problem => Assert.StartsWith("service_yaml, line 1: api: ", problem, StringComparison.Ordinal));
    }

    private static async Task AssertRefusedAsync(Func<Task> act, string says)
    {
        var refused = await Assert.ThrowsAsync<SlipwayApiException>(act);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
