using CliWrap;
using CliWrap.Buffered;
using Slipway.Rig;

namespace Slipway.SystemTests.Rig;

public sealed class GitServerTests(Testbed testbed)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Repository_ShowsCommitsBranchesAndTags()
    {
        await using var git = await GitServer.StartAsync(testbed, Token);
        var repository = await git.CreateRepositoryAsync("samples/rack-app", Token);
        var first = await repository.HeadAsync(Token);
        await repository.TagAsync("v1", Token);
        await repository.CreateBranchAsync("next", Token);

        var second = await repository.CommitVersionAsync("2", Token);

        Assert.NotEqual(first, second);
        Assert.Equal($"{first}\trefs/heads/main\n{second}\trefs/heads/next\n{first}\trefs/tags/v1\n", await ListAsync(repository));
    }

    [Fact]
    public async Task Stop_IsAHostThatIsDown_UntilItStartsAgain()
    {
        await using var git = await GitServer.StartAsync(testbed, Token);
        var repository = await git.CreateRepositoryAsync("tests/testbed/apps/plain-ru", Token);

        await git.StopAsync();
        await Assert.ThrowsAsync<CliWrap.Exceptions.CommandExecutionException>(() => ListAsync(repository));
        await git.StartAsync(Token);

        Assert.Contains("refs/heads/main", await ListAsync(repository), StringComparison.Ordinal);
    }

    private static async Task<string> ListAsync(GitRepository repository)
    {
        var result = await Cli.Wrap("git").WithArguments(["ls-remote", "--heads", "--tags", repository.Url]).ExecuteBufferedAsync(Token);
        return result.StandardOutput;
    }
}
