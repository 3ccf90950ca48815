using Slipway.Engine.Commands;
using Slipway.Engine.Stacks;

namespace Slipway.Tests.Provisioning;

public sealed class CommandTests
{
    private static readonly RubySource Source = new("3.3.5", new Uri("https://example.test/ruby.tar.gz?a=1&b=2"), new string('A', 64));

    [Fact]
    public void Apt_InstallsWithoutQuestions() => Assert.Equal(
        [
            "apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", "--no-remove", "-o", "DPkg::Lock::Timeout=120",
            "-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0", "--", "nginx", "ruby",
        ],
        AptCommands.Install(["nginx", "ruby"], TimeSpan.FromMinutes(2)));

    [Fact]
    public void Apt_AsksDpkgForStates() => Assert.Equal(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\\n", "--", "nginx"], AptCommands.Query(["nginx"]));

    [Fact]
    public void Users_CannotSignIn() => Assert.Equal(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/home", "--shell", "/usr/sbin/nologin", "--", "sw-shop"],
        UserCommands.Add("sw-shop", "/home"));

    [Fact]
    public void Ruby_IsFetchedOverHttpOnly() => Assert.Equal(
        [
            "curl", "--fail", "--silent", "--show-error", "--location", "--proto", "=http,https", "--proto-redir", "=http,https",
            "--retry", "3", "--output", "/a.tar.gz", "--url", "https://example.test/ruby.tar.gz?a=1&b=2",
        ],
        RubyBuildCommands.Download(Source, "/a.tar.gz"));

    [Fact]
    public void Ruby_IsCheckedAgainstItsChecksum() =>
        Assert.Equal(new string('a', 64) + "  /a.tar.gz\n", RubyBuildCommands.Checksum(Source, "/a.tar.gz"));

    [Fact]
    public void Nginx_ListensOnIpv6OnlyWhereThereIsSome()
    {
        Assert.Equal("    listen 80;", NginxBase.Listen(Specs.Bookworm, ""));
        Assert.Equal(
            "    listen 80 default_server;\n    listen [::]:80 default_server;",
            NginxBase.Listen(Specs.Bookworm with { Addresses = ["10.0.0.1", "2001:db8::1"] }, "default_server"));
    }

    [Fact]
    public void Redis_KeepsAHashOfThePassword_AndOneUser() => Assert.Equal(
        """
        # Written by Slipway; changes are overwritten.
        bind 127.0.0.1 10.0.0.2
        port 6380
        dir /var/lib/redis/shop
        appendonly yes
        appendfsync everysec
        logfile ""
        user default off resetpass
        user shop on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b ~* &* +@all -@admin

        """,
        RedisConfig.Text("shop", ["127.0.0.1", "10.0.0.2"], 6380, "shop", new("secret"), Specs.Bookworm));

    [Fact]
    public void Redis_BeforeVersionSixPointTwo_HasNoChannelRights() => Assert.DoesNotContain(
        "&*", RedisConfig.Text("shop", ["127.0.0.1"], 6380, "shop", new("secret"), Specs.Bookworm with { Codename = "jammy" }), StringComparison.Ordinal);

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nuser x on nopass ~* +@all")]
    public void Redis_RefusesUsersThatBreakOutOfTheLine(string user) => Assert.Throws<ArgumentException>(
        () => RedisConfig.Text("shop", ["127.0.0.1"], 6380, user, new("secret"), Specs.Bookworm));

    [Fact]
    public void Memcached_ListensOnlyWhereTold()
    {
        var unit = MemcachedUnit.Text("shop", ["127.0.0.1", "10.0.0.2"], 11212, ["10.0.0.1"]);
        Assert.Contains(
            "ExecStart=/usr/bin/memcached --listen=127.0.0.1,10.0.0.2 --port=11212 --udp-port=0 --memory-limit=64\n", unit, StringComparison.Ordinal);
        Assert.Contains("IPAddressDeny=any\nIPAddressAllow=localhost 10.0.0.1\n", unit, StringComparison.Ordinal);
    }

    [Fact]
    public void LogRotation_RunsAsTheStacksUser() => Assert.StartsWith(
        "# Written by Slipway; changes are overwritten.\n/var/deploy/shop/web_head/shared/log/*.log {\n    su sw-shop sw-shop\n",
        LogRotation.Text(new StackPaths("shop")), StringComparison.Ordinal);
}
