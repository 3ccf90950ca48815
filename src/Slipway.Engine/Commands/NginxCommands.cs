using System.Globalization;

namespace Slipway.Engine.Commands;

internal static class NginxCommands
{
    // After a reload nginx's earlier workers end the requests they have. Only when they are gone is nothing more sent to the old upstream.
    private const string AwaitScript = """
        my $end = time + $ARGV[0];
        while (time < $end) {
            my $busy = 0;
            for my $file (glob "/proc/[0-9]*/cmdline") {
                open my $in, "<", $file or next;
                local $/; my $text = <$in>; close $in;
                $busy = 1, last if defined $text && $text =~ /^nginx: worker process is shutting down/;
            }
            exit 0 unless $busy;
            select undef, undef, undef, 0.05;
        }
        """;

    public static IReadOnlyList<string> Check { get; } = ["nginx", "-q", "-t"];

    public static IReadOnlyList<string> Reload { get; } = ["systemctl", "reload-or-restart", "nginx"];

    /// <summary>Waits until workers from before the last reload are gone, or the time is over.</summary>
    public static IReadOnlyList<string> AwaitOldWorkers(TimeSpan atMost) =>
        ["perl", "-e", AwaitScript, ((int)atMost.TotalSeconds).ToString(CultureInfo.InvariantCulture)];
}
