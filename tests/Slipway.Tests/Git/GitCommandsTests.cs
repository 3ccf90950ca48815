using Slipway.Engine.Commands;

namespace Slipway.Tests.Git;

public sealed class GitCommandsTests
{
    private const string Settings = "-c core.hooksPath=/dev/null -c core.fsmonitor=false -c gc.auto=0 -c maintenance.auto=false -c http.followRedirects=false "
        + "-c http.lowSpeedLimit=1000 -c http.lowSpeedTime=30 -c i18n.logOutputEncoding=UTF-8 -c fetch.recurseSubmodules=no ";

    [Fact]
    public void NetworkCommands_PutTheAddressBehindTheDashes()
    {
        string[] pin = [.. GitCommands.Pin("git.test", 443, ["192.0.2.1", "[2001:db8::1]"])];
        Assert.Equal("-c http.curloptResolve=git.test:443:192.0.2.1,[2001:db8::1]", string.Join(' ', pin));
        Assert.Equal(Settings + "-c pin clone --quiet --bare --template= -- https://git.test/a /m/incoming.git", Joined(GitCommands.Clone("https://git.test/a", "/m/incoming.git", ["-c", "pin"])));
        Assert.Equal(
            Settings + "--git-dir=/m/r.git fetch --quiet --prune --force --no-tags --no-write-fetch-head -- https://git.test/a +refs/heads/*:refs/heads/* +refs/tags/*:refs/tags/*",
            Joined(GitCommands.Fetch("/m/r.git", "https://git.test/a", [])));
    }

    [Fact]
    public void LocalCommands_NameTheRepository()
    {
        const string git = Settings + "--git-dir=/m/r.git ";
        Assert.Equal(git + "log -1 --no-show-signature --format=%H%x00%s%x00%an <%ae>%x00%ct --end-of-options refs/heads/x^{commit} --", Joined(GitCommands.ShowCommit("/m/r.git", "refs/heads/x")));
        Assert.Equal(git + "for-each-ref --format=%(refname:lstrip=2) refs/heads/", Joined(GitCommands.ListBranches("/m/r.git")));
        Assert.Equal(git + "for-each-ref --format=%(tree) refs/heads/", Joined(GitCommands.ReadHeads("/m/r.git")));
        Assert.Equal(git + "symbolic-ref --quiet --short HEAD", Joined(GitCommands.DefaultBranch("/m/r.git")));
        Assert.Equal(git + "ls-tree -r -z -l --full-tree abc", Joined(GitCommands.ListFiles("/m/r.git", "abc")));
        Assert.Equal(git + "cat-file --batch", Joined(GitCommands.ReadObjects("/m/r.git")));
        Assert.Equal(git + "cat-file --batch-check", Joined(GitCommands.DescribeObjects("/m/r.git")));
        Assert.Equal(git + "rev-list --max-count=1 abc --not def", Joined(GitCommands.NewCommits("/m/r.git", "abc", ["def"])));
        Assert.Equal(git + "pack-objects --revs --thin --stdout --delta-base-offset --quiet", Joined(GitCommands.Pack("/m/r.git")));
        Assert.Equal(Settings + "-c gc.auto=6700 -c gc.autoDetach=false --git-dir=/m/r.git gc --auto --quiet", Joined(GitCommands.Housekeeping("/m/r.git")));
    }

    private static string Joined(IReadOnlyList<string> arguments) => string.Join(' ', arguments);
}
