using System.Globalization;

namespace Slipway.Engine.Commands;

internal static class NginxCommands
{
    // nginx tells the world by the names of its processes what they do. These lines find the workers, serving or shutting down, of the machine's own nginx:
    // those in containers have the same names.
    private const string FindWorkers = """
        sub text { open my $in, "<", $_[0] or return ""; return <$in> // ""; }
        sub master {
            my ($pid) = text("/run/nginx.pid") =~ /\A(\d+)/ or return 0;
            return text("/proc/$pid/cmdline") =~ /\Anginx: master process/ ? $pid : 0;
        }
        sub workers {
            my $master = master() or return;
            my %found;
            opendir my $proc, "/proc" or die "no /proc: $!\n";
            for my $pid (grep /\A\d+\z/, readdir $proc) {
                text("/proc/$pid/stat") =~ /\) \S $master / or next;
                $found{$pid} = $1 ? "ending" : "serving" if text("/proc/$pid/cmdline") =~ /\Anginx: worker process( is shutting down)?/;
            }
            return %found;
        }
        """;

    // A reload returns before the new workers serve. An old worker may take one more request meanwhile, so the old application must live until
    // each of them has heard of it. nginx's master is told directly: systemd would have another nginx read all files first, which were checked already.
    private const string ReloadScript = FindWorkers + """
        my %old = workers();
        my $master = master();
        $master && kill(HUP => $master) or system("systemctl", "reload-or-restart", "nginx") == 0 or exit 1;
        for (1 .. 2000) {
            my %now = workers();
            my $is_new = grep { $now{$_} eq "serving" && !$old{$_} } keys %now;
            my $is_old = grep { ($now{$_} // "") eq "serving" } keys %old;
            exit 0 if $is_new && !$is_old;
            select undef, undef, undef, 0.005;
        }
        print "nginx did not replace its workers within 10 s\n";
        system("nginx", "-q", "-t");
        exit 1;
        """;

    private const string AwaitScript = FindWorkers + """
        my $end = time + $ARGV[0];
        my %now = workers();
        my @ending = grep { $now{$_} eq "ending" } keys %now;
        while (time <= $end && (@ending = grep { text("/proc/$_/cmdline") =~ /\Anginx: worker/ } @ending)) {
            select undef, undef, undef, 0.02;
        }
        """;

    public static IReadOnlyList<string> Check { get; } = ["nginx", "-q", "-t"];

    /// <summary>Ends when only workers with the new configuration take requests.</summary>
    public static IReadOnlyList<string> Reload { get; } = ["perl", "-e", ReloadScript];

    /// <summary>Waits until workers from before the last reload have ended the requests that they have, or the time is over.</summary>
    public static IReadOnlyList<string> AwaitOldWorkers(TimeSpan atMost) =>
        ["perl", "-e", AwaitScript, ((int)atMost.TotalSeconds).ToString(CultureInfo.InvariantCulture)];
}
