using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>
/// Looks at containers by Docker's own API, asked on the server: each start of Docker's command line takes longer than most of its answers, and
/// what is wanted here would take two. Prints a list of inspections as JSON; what is gone meanwhile is not in it.
/// </summary>
internal static class DockerQueries
{
    public const string Socket = "/var/run/docker.sock";

    /// <summary>What is said of an engine that is not there, by Docker's command line too.</summary>
    public const string NoEngine = "Cannot connect to the Docker daemon";

    // Without a version, so that it is the engine's own. Its JSON has one line end, which is the last that it sends: without it something is missing.
    private const string Script = $$"""
        use strict;
        use Socket;
        my ($list, @ids) = @ARGV;
        sub ask {
            my ($path) = @_;
            socket my $line, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!\n";
            connect($line, pack_sockaddr_un("{{Socket}}")) or die "{{NoEngine}}: $!\n";
            syswrite $line, "GET /containers/$path HTTP/1.0\r\nHost: docker\r\n\r\n";
            my $answer = "";
            1 while sysread $line, $answer, 65536, length $answer;
            my ($status, $body) = $answer =~ m{\AHTTP/1\.\d (\d+).*?\r\n\r\n(.*\n)\z}s or die "{{NoEngine}}: it broke its answer off\n";
            return $body if $status == 200;
            return if $status == 404;
            die "Docker answered with $status: $body";
        }
        if ($list) {
            my $found = ask($list);
            @ids = $found =~ /[\[,]\{"Id":"([0-9a-f]{64})"/g;
            die "Docker lists its containers in a way that cannot be read\n" if !@ids && $found ne "[]\n";
        }
        print "[", join(",", map { ask("$_/json") } @ids), "]\n";
        """;

    /// <summary>All containers of the stack, also those that do not run; the newest first.</summary>
    public static IReadOnlyList<string> Containers(StackPaths paths) =>
        ["perl", "-e", Script, "--", "json?all=1&filters=" + Uri.EscapeDataString($$"""{"label":["{{DockerCommands.StackLabel}}={{paths.Slug}}"]}""")];

    public static IReadOnlyList<string> Container(string id) => ["perl", "-e", Script, "--", "", id];
}
