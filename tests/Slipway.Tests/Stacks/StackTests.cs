using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Http;
using Slipway.Contracts.Stacks;
using Slipway.Server.Stacks;
using Slipway.Server.Users;
using Slipway.Tests.Support;

namespace Slipway.Tests.Stacks;

public sealed class StackTests : IAsyncDisposable
{
    private readonly SlipwayApp _app = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Create_MakesStackWithKeys_AndQueuesItsAnalysis()
    {
        var owner = await _app.GivenOwnerAsync();
        var made = await owner.Api.Stacks.CreateAsync(
            new() { Name = "Shop", Environment = "staging", Git = "git@git.example.com:owner/shop.git", GitBranch = "main" }, Cancel);

        Assert.Equal(("Shop", "staging", "main", "shop.staging.slipway.internal"), (made.Stack.Name, made.Stack.Environment, made.Stack.GitBranch, made.Stack.Fqdn));
        Assert.Equal((StackStatus.Queued, true, "/var/deploy/shop"), (made.Stack.Status, made.Stack.IsBusy, made.Stack.DeployDirectory));
        Assert.Equal(("stack_create", "stack", "api", owner.Email), (made.Action.Action, made.Action.ResourceType, made.Action.StartedVia, made.Action.User));
        var keys = await owner.Api.Stacks.GetKeysAsync(made.Stack.Uid, Cancel);
        Assert.StartsWith("ssh-ed25519 ", keys.SshPublicKey, StringComparison.Ordinal);
        Assert.NotEqual(keys.SshPublicKey.Split(' ')[1], keys.GitDeployKey.Split(' ')[1]);
        Assert.Equal(made.Stack, await owner.Api.Stacks.GetAsync(made.Stack.Uid, Cancel));
    }

    [Fact]
    public async Task Create_ManyAtOnce_MakesThemAll()
    {
        // On PostgreSQL those that come between each other are done again, from the start.
        var owner = await _app.GivenOwnerAsync();
        var made = await Task.WhenAll(Enumerable.Range(1, 12).Select(number => owner.GivenStackAsync($"Shop {number}")));
        Assert.Equal(12, made.Select(stack => stack.DeployDirectory).Distinct().Count());
        foreach (var stack in made)
            Assert.Single((await owner.Api.Actions.ListAsync(stack.Uid, cancellationToken: Cancel)).Response);
    }

    [Fact]
    public async Task Create_RejectsTakenName_ButNotInAnotherAccount()
    {
        var owner = await _app.GivenOwnerAsync();
        var stranger = await _app.GivenStrangerAsync();
        var first = await owner.GivenStackAsync("Shop");
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => owner.GivenStackAsync("Shop"));
        Assert.Equal(HttpStatusCode.Conflict, exception.Status);
        var second = await stranger.GivenStackAsync("Shop");
        Assert.NotEqual(first.DeployDirectory, second.DeployDirectory);
        Assert.Equal(second.Uid, Assert.Single((await stranger.Api.Stacks.ListAsync(1, Cancel)).Response).Uid);
    }

    [Theory]
    [InlineData("", "production", "https://git.example.com/a/b.git", null)]
    [InlineData("line\nbreak", "production", "https://git.example.com/a/b.git", null)]
    [InlineData(" padded ", "production", "https://git.example.com/a/b.git", null)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901", "production", "https://git.example.com/a/b.git", null)]
    [InlineData("Shop", "Prod!", "https://git.example.com/a/b.git", null)]
    [InlineData("Shop", "production", "/etc/passwd", null)]
    [InlineData("Shop", "production", "file:///etc", null)]
    [InlineData("Shop", "production", "ext::sh -c id", null)]
    [InlineData("Shop", "production", "https://git.example.com/a/b.git", "--upload-pack=id")]
    public async Task Create_RefusesWhatIsNotValid(string name, string environment, string git, string? branch)
    {
        var owner = await _app.GivenOwnerAsync();
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() =>
            owner.Api.Stacks.CreateAsync(new() { Name = name, Environment = environment, Git = git, GitBranch = branch }, Cancel));
        Assert.Equal(HttpStatusCode.BadRequest, exception.Status);
        Assert.Empty((await owner.Api.Stacks.ListAsync(1, Cancel)).Response);
    }

    [Fact]
    public async Task Create_NeedsTheRightToMakeStacks()
    {
        await _app.GivenOwnerAsync();
        var member = await _app.GivenMemberAsync(AccessLevel.Admin);
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => member.GivenStackAsync());
        Assert.Equal(HttpStatusCode.Forbidden, exception.Status);
    }

    [Fact]
    public async Task GitAddress_WithToken_IsShownRedacted_AndStoredSealed()
    {
        var owner = await _app.GivenOwnerAsync();
        var made = await owner.Api.Stacks.CreateAsync(new() { Name = "Private", Git = "https://bot:t0ps3cret@git.example.com/a/b.git" }, Cancel);
        Assert.Equal("https://[redacted]@git.example.com/a/b.git", made.Stack.Git);
        var stored = await _app.InDatabaseAsync(db => db.Database.SqlQueryRaw<string>("SELECT GitUrl || SshPrivateKey AS Value FROM Stacks").SingleAsync(Cancel));
        Assert.DoesNotContain("t0ps3cret", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Right_OnOneStack_OverrulesTheMembership()
    {
        var owner = await _app.GivenOwnerAsync();
        var (hidden, open) = (await owner.GivenStackAsync("Hidden"), await owner.GivenStackAsync("Open"));
        var member = await _app.GivenMemberAsync(AccessLevel.View);
        await _app.ChangeAsync(async db => db.AccessRights.Add(new()
        {
            UserId = member.Id,
            StackId = await db.Stacks.Where(stack => stack.Uid == hidden.Uid).Select(stack => stack.Id).FirstAsync(Cancel),
            Level = AccessLevel.None,
        }));
        Assert.Equal(open.Uid, Assert.Single((await member.Api.Stacks.ListAsync(1, Cancel)).Response).Uid);
        var exception = await Assert.ThrowsAsync<SlipwayApiException>(() => member.Api.Stacks.GetAsync(hidden.Uid, Cancel));
        Assert.Equal(HttpStatusCode.NotFound, exception.Status);
    }

    [Fact]
    public async Task Analysis_IsShown_AndCanBeMadeAnew()
    {
        var owner = await _app.GivenOwnerAsync();
        var stack = await owner.GivenStackAsync();
        await Assert.ThrowsAsync<SlipwayApiException>(() => owner.Api.Stacks.GetAnalysisAsync(stack.Uid, Cancel));
        await _app.ChangeAsync(db => Given.AnalysisAsync(db, stack.Uid, components: ["postgresql"]));
        var analysis = await owner.Api.Stacks.GetAnalysisAsync(stack.Uid, Cancel);
        Assert.Equal(("sinatra", "puma", "postgresql"), (analysis.Framework, analysis.WebServer, Assert.Single(analysis.Databases)));
        Assert.Equal("stack_analyse", (await owner.Api.Stacks.AnalyseAsync(stack.Uid, Cancel)).Action);
    }

    [Theory]
    [InlineData("My Awesome App!", "my_awesome_app")]
    [InlineData("Café Ünïcode", "caf_n_code")]
    [InlineData("42", "app_42")]
    [InlineData("日本", "app")]
    [InlineData("--- $(rm -rf /) ---", "rm_rf")]
    [InlineData("a very long name that goes on and on", "a_very_long_name_that_goes_o")]
    public void Slug_IsFitForPathsAndUsers(string name, string slug)
    {
        Assert.Equal(slug, StackNames.Slug(name));
        Assert.Equal(slug, new Slipway.Engine.Stacks.StackPaths(slug).Slug);
        Assert.Matches("^[a-z][a-z0-9_]{0,27}$", StackNames.WithSuffix(slug));
    }
}
