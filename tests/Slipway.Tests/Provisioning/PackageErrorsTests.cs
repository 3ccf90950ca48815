using Slipway.Engine;
using Slipway.Engine.Provisioning.Packages;
using Slipway.Engine.Remote;

namespace Slipway.Tests.Provisioning;

public sealed class PackageErrorsTests
{
    [Theory]
    [InlineData("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12 (apt-get)", "held the lock")]
    [InlineData("E: Could not get lock /var/lib/apt/lists/lock. It is held by process 12 (apt)", "held the lock")]
    [InlineData("E: You don't have enough free space in /var/cache/apt/archives/.", "disk is full")]
    [InlineData("dpkg: error processing archive: cannot write: No space left on device", "disk is full")]
    [InlineData("E: Unable to locate package nginxx", "does not have a package")]
    [InlineData("E: Failed to fetch http://mirror.test/x.deb  Connection refused", "source does not answer")]
    [InlineData("E: Sub-process /usr/bin/dpkg returned an error code (1)", "package is broken")]
    public void Explain_SaysWhatToDo(string line, string advice)
    {
        var error = Assert.IsType<UserErrorException>(PackageErrors.Explain(Failed(line), "web1"));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains("web1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_LeavesTheUnknownAsItIs() => Assert.IsType<RemoteException>(PackageErrors.Explain(Failed("E: something new"), "web1"));

    [Fact]
    public void OldLists_AreToldFromOtherFailures()
    {
        Assert.True(PackageErrors.MayHaveOldLists(Failed("E: Failed to fetch http://mirror.test/x.deb  404  Not Found")));
        Assert.False(PackageErrors.MayHaveOldLists(Failed("E: Could not get lock /var/lib/dpkg/lock-frontend")));
    }

    private static RemoteResult Failed(params string[] lines) => new("10.0.0.1", "install packages", RemoteOutcome.Exited, 100, lines);
}
