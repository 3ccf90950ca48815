using System.Net;
using System.Net.Sockets;
using Slipway.Engine;

namespace Slipway.Tests;

public sealed class OutboundGuardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.0.9", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("10.0.0.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("140.82.121.4", true)]
    [InlineData("2606:50c0::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    public void IsAllowed_JudgesTheAddress(string address, bool allowed) =>
        Assert.Equal(allowed, new OutboundGuard([]).IsAllowed(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    public void IsAllowed_FollowsTheListOfTheAdministrator(string address) =>
        Assert.True(new OutboundGuard([IPNetwork.Parse("127.0.0.0/8")]).IsAllowed(IPAddress.Parse(address)));

    [Fact]
    public async Task Check_GivesOnlyTheAddressesThatMayBeContacted()
    {
        var guard = new OutboundGuard([], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("10.0.0.1")]));
        Assert.Equal([IPAddress.Parse("10.0.0.1")], await guard.CheckAsync("rebinding.test", Token));
    }

    [Theory]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    public async Task Check_SeesThroughOtherSpellings(string host) =>
        await Assert.ThrowsAsync<UserErrorException>(() => new OutboundGuard([]).CheckAsync(host, Token));

    [Fact]
    public async Task Check_SaysWhenThereIsNoSuchHost()
    {
        var guard = new OutboundGuard([], (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        var error = await Assert.ThrowsAsync<UserErrorException>(() => guard.CheckAsync("nowhere.test", Token));
        Assert.Equal("There is no host named nowhere.test. Check the address for typing mistakes.", error.Message);
    }
}
