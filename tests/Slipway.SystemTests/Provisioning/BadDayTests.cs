using Slipway.Engine;
using Slipway.Engine.Commands;
using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;
using Slipway.Rig;
using Slipway.SystemTests.Remote;

namespace Slipway.SystemTests.Provisioning;

/// <summary>Servers whose package manager does not do what it should.</summary>
public sealed class BadDayTests(Testbed testbed)
{
    // apt's locks are of fcntl's kind. The holder lets go after so many seconds, or never.
    private const string HoldLock = """
        use Fcntl; use POSIX; my ($seconds, @paths) = @ARGV; pipe my $held, my $tell;
        if (fork) { close $tell; exit(<$held> ? 0 : 1) }
        POSIX::setsid(); open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; my @files;
        for (@paths) { open my $f, '+>>', $_ or die; my $lock = pack 's s x!8 q q i x4', F_WRLCK, 0, 0, 0, 0; fcntl $f, F_SETLK, $lock or die; push @files, $f }
        print $tell "held\n"; close $tell; sleep $seconds;
        """;

    private static readonly EngineTimeouts Impatient = new() { PackageLock = TimeSpan.FromSeconds(3) };

    // One bad day of one server, because each that ends well installs all packages.
    [Fact]
    public async Task Provision_SaysWhatIsWrong_AndSucceedsOnceItIsRight()
    {
        await using var fleet = await Fleet.StartAsync(testbed, 1);

        await SaysThatThePackageSourcesDoNotAnswerAsync(fleet);
        await SaysThatTheDiskIsFullAsync(fleet);
        await SaysWhoHoldsTheLockAsync(fleet);
        await LeaveAnInterruptedInstallationAsync(fleet);
        // As if they had never been fetched, so that both locks are waited for.
        await fleet.Machines[0].ExecAsync("touch", "--date=3 days ago", "/var/lib/apt/lists", AptCommands.ListsStamp);
        await HoldAsync(fleet, 12, "/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock");
        var log = await fleet.ProvisionAsync(Web(fleet));

        Assert.Contains("An earlier installation was interrupted; finishing it first", log.Text, StringComparison.Ordinal);
        Assert.Equal("active", await fleet.Machines[0].ExecAsync("systemctl", "is-active", "nginx"));
        Assert.Equal("", await fleet.Machines[0].ExecAsync("dpkg", "--audit"));
    }

    private static async Task SaysThatThePackageSourcesDoNotAnswerAsync(Fleet fleet)
    {
        var machine = fleet.Machines[0];
        await machine.ExecAsync("sh", "-c", "mkdir /root/apt && mv /etc/apt/sources.list* /root/apt && echo 'deb http://127.0.0.1:9/debian bookworm main' >/etc/apt/sources.list");
        var error = await Assert.ThrowsAsync<UserErrorException>(() => fleet.ProvisionAsync(Web(fleet)));
        Assert.Contains("/etc/apt/sources.list", error.Message, StringComparison.Ordinal);
        Assert.Contains("server0", error.Message, StringComparison.Ordinal);
        await machine.ExecAsync("sh", "-c", "rm /etc/apt/sources.list && mv /root/apt/* /etc/apt");
    }

    private static async Task SaysThatTheDiskIsFullAsync(Fleet fleet)
    {
        await fleet.Machines[0].ExecAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/var/cache/apt/archives");
        var error = await Assert.ThrowsAsync<UserErrorException>(() => fleet.ProvisionAsync(Web(fleet)));
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        await fleet.Machines[0].ExecAsync("umount", "/var/cache/apt/archives");
    }

    private static async Task SaysWhoHoldsTheLockAsync(Fleet fleet)
    {
        await HoldAsync(fleet, 600, "/var/lib/dpkg/lock-frontend");
        var error = await Assert.ThrowsAsync<UserErrorException>(() => fleet.ProvisionAsync(Web(fleet), Impatient));
        Assert.Contains("held the lock for too long", error.Message, StringComparison.Ordinal);
        Assert.Contains("/var/lib/dpkg/lock-frontend", error.Message, StringComparison.Ordinal);
        await fleet.Machines[0].ExecAsync("pkill", "-KILL", "-f", "[P]OSIX::setsid");
    }

    // What dpkg leaves when it is killed: unpacked packages that are not set up, and a journal that was not merged.
    private static Task LeaveAnInterruptedInstallationAsync(Fleet fleet) => fleet.Machines[0].ExecAsync(
        "sh", "-c", "cd /tmp && apt-get download -qq rubygems-integration && dpkg --unpack rubygems-integration_*.deb"
        + " && dpkg-query --status rubygems-integration >/var/lib/dpkg/updates/0001");

    private static StackSpec Web(Fleet fleet) => Fleet.Stack("shop", [fleet.Server(0, ServerRoles.Web)]);

    private static Task HoldAsync(Fleet fleet, int seconds, params string[] paths) => fleet.Machines[0].ExecAsync(
        ["perl", "-e", HoldLock, $"{seconds}", .. paths]);
}
