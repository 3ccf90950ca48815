using System.Globalization;

namespace Slipway.Engine.Commands;

/// <summary>Who listens on which TCP ports of a machine, at whatever address.</summary>
internal static class Listeners
{
    // Lines "PORT PROGRAM". Owners are looked for where ports are given: to look at every file of every process takes its time.
    private const string Script = """
        my %wanted = map { $_ => 1 } @ARGV;
        my (%found, %owner);
        for my $table ("/proc/net/tcp", "/proc/net/tcp6") {
            open my $in, "<", $table or next;
            while (<$in>) {
                my (undef, $local, undef, $state, undef, undef, undef, undef, undef, $inode) = split;
                next unless defined $inode && $state eq "0A" && $local =~ /:([0-9A-F]{4})\z/;
                my $port = hex $1;
                $found{$port}{$inode} = 1 if !%wanted || $wanted{$port};
            }
        }
        if (%wanted && %found) {
            for my $file (glob "/proc/[0-9]*/fd/*") {
                my $target = readlink $file or next;
                $owner{$1} //= $file if $target =~ /\Asocket:\[(\d+)\]\z/;
            }
        }
        for my $port (sort { $a <=> $b } keys %found) {
            for my $inode (keys %{$found{$port}}) {
                my ($process) = ($owner{$inode} // "") =~ m{\A(/proc/\d+)/} or print("$port \n"), next;
                open my $in, "<", "$process/comm" or print("$port \n"), next;
                print "$port ", scalar <$in>;
            }
        }
        """;

    /// <summary>All ports, one a line.</summary>
    public static IReadOnlyList<string> List { get; } = ["perl", "-e", Script];

    /// <summary>Those of these ports on which somebody listens, and behind a blank the program's name, where it has one.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<int> ports) =>
        [.. List, .. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))];

    public static (int Port, string Program) Read(string line)
    {
        var parts = line.Split(' ', 2);
        return (int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture), parts.Length > 1 ? parts[1].Trim() : "");
    }
}
