using Slipway.Engine.Commands.Docker;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Docker.Names;

public sealed class NameFilesTests
{
    private static readonly StackPaths Paths = new("shop");
    private static readonly NameNetwork Network = new("172.18.0.0/16", "172.18.0.1", "10.0.0.1", ["10.0.0.2", "fd00::3"]);

    [Fact]
    public void Stream_IsExactlyThis() => Assert.Equal(
        """
        # Written by Slipway at each switch.
        upstream slipway-shop.api.4000 {
            server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;
            server [fd00::3]:61002 weight=2 max_fails=1 fail_timeout=10s;
        }
        server {
            listen 172.18.0.1:61001 so_keepalive=on;
            allow 172.18.0.0/16;
            deny all;
            proxy_pass slipway-shop.api.4000;
            proxy_connect_timeout 1s;
            proxy_timeout 1h;
            proxy_socket_keepalive on;
        }
        upstream slipway-shop.api.4000.here {
            server 127.0.0.1:20001 max_fails=3 fail_timeout=1s;
        }
        server {
            listen 10.0.0.1:61001 so_keepalive=on;
            allow 10.0.0.2;
            allow fd00::3;
            deny all;
            proxy_pass slipway-shop.api.4000.here;
            proxy_connect_timeout 1s;
            proxy_timeout 1h;
            proxy_socket_keepalive on;
        }

        """,
        NameFiles.StackStream(Paths, Network, [new("api", 4000, 61001, [20001], [new("fd00::3", 61002, 2)], [20001])]));

    [Fact]
    public void ServerWithoutContainers_ListensToItsOwnOnly_AndOneAloneToNobodyElse()
    {
        var asking = NameFiles.StackStream(Paths, Network, [new("api", 4000, 61001, [], [new("10.0.0.2", 61002, 1)], [])]);
        Assert.Contains("listen 172.18.0.1:61001", asking, StringComparison.Ordinal);
        Assert.DoesNotContain("listen 10.0.0.1", asking, StringComparison.Ordinal);
        var alone = NameFiles.StackStream(Paths, Network with { Peers = [] }, [new("api", 4000, 61001, [20001], [], [20001])]);
        Assert.DoesNotContain("listen 10.0.0.1", alone, StringComparison.Ordinal);
        Assert.Equal(NameFiles.NoStream, NameFiles.StackStream(Paths, Network, [new("api", 4000, 61001, [], [], [])]));
    }

    [Theory]
    [InlineData("fd00::3", 61002, 2)]
    [InlineData("10.0.0.2", 61003, 1)]
    [InlineData("10.0.0.9", 0, 0)]
    public void Peers_AreFoundAgain(string address, int entry, int count)
    {
        NameEntry api = new("api", 4000, 61001, [20001], [new("fd00::3", 61002, 2), new("10.0.0.2", 61003, 1)], []);
        NameEntry web = new("web", 3000, 61005, [], [new("10.0.0.9", 61006, 1)], []);
        var found = NameFiles.PeersOf(NameFiles.StackStream(Paths, Network, [web, api]), Paths, api, address);
        Assert.Equal(count == 0 ? [] : [new NamePeer(address, entry, count)], found);
    }

    [Fact]
    public void Extension_LeavesWhatIsAskedAlready()
    {
        var present = NameFiles.StackStream(Paths, Network, [new("api", 4000, 61001, [], [new("10.0.0.2", 61002, 1)], [])]);

        var extended = NameFiles.Extended(present, Paths, Network, [new("api", 4000, 61001, [20009], [], [20009]), new("new", 80, 61005, [20010], [], [])]);

        Assert.StartsWith(present, extended, StringComparison.Ordinal);
        var added = extended[present.Length..];
        Assert.Equal(2, added.Split("upstream ").Length - 1);
        Assert.Contains("upstream slipway-shop.api.4000.here {\n    server 127.0.0.1:20009 ", added, StringComparison.Ordinal);
        Assert.Contains("upstream slipway-shop.new.80 {\n    server 127.0.0.1:20010 ", added, StringComparison.Ordinal);
        Assert.Equal(present, NameFiles.Extended(present, Paths, Network, []));
    }

    [Fact]
    public void Rules_AreExactlyThese() => Assert.Equal(
        """
        # Written by Slipway; changes are overwritten. The first two lines make it replace what is there.
        table ip slipway_shop
        delete table ip slipway_shop
        table ip slipway_shop {
            chain names {
                type nat hook prerouting priority -110; policy accept;
                ip saddr 172.18.0.0/16 ip daddr 198.18.0.7 tcp dport 4000 redirect to :61001
                ip saddr 172.18.0.0/16 ip daddr 198.18.0.8 tcp dport 80 redirect to :61002
            }
            chain rest {
                type filter hook forward priority 0; policy accept;
                ip saddr 172.18.0.0/16 ip daddr 198.18.0.0/15 reject
                ip daddr 10.0.0.2 tcp dport 61000-65535 reject
                ip saddr != 172.18.0.0/16 ip daddr 10.0.0.1 tcp dport 11212 reject
            }
        }

        """,
        NameFiles.StackRules(Paths, Network, [("198.18.0.7", 4000, 61001), ("198.18.0.8", 80, 61002)], [("10.0.0.1", 11212)]));

    [Fact]
    public void Addresses_AreMadeOfNames_AndNeverShared()
    {
        Assert.Equal("198.18.82.158", ServiceAddresses.For(["api"])["api"]);
        var many = ServiceAddresses.For(Enumerable.Range(0, 2000).Select(number => $"service-{number}"));
        Assert.Distinct(many.Values);
        Assert.All(many.Values, address => Assert.Matches(@"\A198\.1[89]\.", address));
    }
}
