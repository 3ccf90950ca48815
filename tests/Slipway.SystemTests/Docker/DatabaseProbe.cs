namespace Slipway.SystemTests.Docker;

/// <summary>What a container needs to find out which databases let it in: nothing but Perl's smallest package.</summary>
internal static class DatabaseProbe
{
    public const string Program = "perl";

    public static readonly IReadOnlyList<string> Kinds = ["memcached", "mysql", "postgresql", "redis"];

    /// <summary>
    /// Takes addresses and credentials from the variables that the stack generates, and prints a line with each kind and yes or no. Redis and Memcached are
    /// asked for an answer; the others tell whoever may not come from where they do before they ask who it is.
    /// </summary>
    public const string Script = """
        use strict;
        use IO::Socket::INET;
        my $start = join "\0", "user", $ENV{POSTGRESQL_USERNAME} // "", "database", $ENV{POSTGRESQL_DATABASE} // "", "", "";
        my %ask = (
            REDIS => "AUTH " . ($ENV{REDIS_USERNAME} // "") . " " . ($ENV{REDIS_PASSWORD} // "") . "\r\nPING\r\nQUIT\r\n",
            MEMCACHED => "version\r\nquit\r\n",
            POSTGRESQL => pack("N", 8 + length $start) . pack("N", 196608) . $start,
            MYSQL => "",
        );
        my %good = (REDIS => qr/PONG/, MEMCACHED => qr/^VERSION/, POSTGRESQL => qr/^R/, MYSQL => qr/^....\n/s);
        alarm 120;
        print join(" ", map { my $kind = $_; my $answer = ""; my $peer = IO::Socket::INET->new(PeerAddr => $ENV{"${kind}_ADDRESS_INT"}, PeerPort => $ENV{"${kind}_PORT"}, Timeout => 3);
            if ($peer) { print $peer $ask{$kind}; while (sysread $peer, my $part, 300) { $answer .= $part; last if $kind =~ /SQL/ } }
            lc($kind) . "=" . ($answer =~ $good{$kind} ? "yes" : "no") } grep { $ENV{"${_}_PORT"} } sort keys %ask), "\n";
        """;

    /// <summary>The line when all of these kinds say the same.</summary>
    public static string Line(string answer, params IEnumerable<string> kinds) => string.Join(' ', kinds.Select(kind => $"{kind}={answer}"));

    /// <summary>The probe as a command of a service.</summary>
    public static string Command => $"{Program} -e '{Script.ReplaceLineEndings(" ")}'";
}
