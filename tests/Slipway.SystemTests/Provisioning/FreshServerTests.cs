using System.Diagnostics;
using Slipway.Engine.Stacks;
using Slipway.Rig;

namespace Slipway.SystemTests.Provisioning;

public sealed class FreshServerTests(Testbed testbed)
{
    [Fact]
    public async Task Provision_MakesAWebServerOnce_AndThenChangesNothing()
    {
        await using var fleet = await Fleet.StartAsync(testbed, 1);
        var machine = fleet.Machines[0];
        var stack = Fleet.Stack("shop", [fleet.Server(0, ServerRoles.Web)]) with { SystemPackages = ["puma"] };

        var watch = Stopwatch.StartNew();
        await fleet.ProvisionAsync(stack);
        TestContext.Current.SendDiagnosticMessage($"first run: {watch.Elapsed.TotalSeconds:0.00} s");

        Assert.StartsWith("ruby 3", await machine.ExecAsync("ruby", "--version"), StringComparison.Ordinal);
        Assert.StartsWith("Bundler version", await machine.ExecAsync("bundle", "--version"), StringComparison.Ordinal);
        Assert.Equal("active", await machine.ExecAsync("systemctl", "is-active", "nginx"));
        Assert.Equal("404", await machine.ExecAsync("perl", "-MIO::Socket::INET", "-e", AskStatus));
        Assert.Contains("passwordauthentication no", await machine.ExecAsync("sshd", "-T"), StringComparison.Ordinal);
        Assert.Contains("sw-shop", await machine.ExecAsync("id", "-nG", "www-data"), StringComparison.Ordinal);
        Assert.Equal(
            "750 root sw-shop /var/deploy/shop/web_head\n750 sw-shop sw-shop /var/deploy/shop/web_head/shared/log",
            await machine.ExecAsync("stat", "-c", "%a %U %G %n", "/var/deploy/shop/web_head", "/var/deploy/shop/web_head/shared/log"));

        watch.Restart();
        var second = await fleet.ProvisionAsync(stack);
        TestContext.Current.SendDiagnosticMessage($"second run: {watch.Elapsed.TotalSeconds:0.00} s");
        Assert.Equal(["server0: All packages are there.", "server0: Everything is as wanted."], second.Lines);
    }

    private const string AskStatus = """
        my $s = IO::Socket::INET->new("127.0.0.1:80") or die $!;
        print $s "GET / HTTP/1.0\r\nHost: nowhere.example\r\n\r\n";
        my $line = <$s>; print((split / /, $line)[1]);
        """;
}
