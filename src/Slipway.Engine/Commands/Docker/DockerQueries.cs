using Slipway.Engine.Remote;
using Slipway.Engine.Stacks;

namespace Slipway.Engine.Commands.Docker;

/// <summary>
/// Short questions and changes by Docker's own API, asked on the server: each start of Docker's command line takes longer than most of the answers, and
/// it does for one container after the other what the engine can do for all at once.
/// </summary>
internal static class DockerQueries
{
    public const string Socket = "/var/run/docker.sock";

    /// <summary>What is said of an engine that is not there, by Docker's command line too.</summary>
    public const string NoEngine = "Cannot connect to the Docker daemon";

    /// <summary>What Docker's command line says of one that went away in the middle of a question.</summary>
    public const string LostEngine = "error during connect";

    /// <summary>Whether something failed because the engine is not there, as for a moment while it restarts.</summary>
    public static bool IsWithoutEngine(RemoteResult result) => !result.IsSuccess
        && result.Tail.Any(line => line.Contains(NoEngine, StringComparison.Ordinal) || line.Contains(LostEngine, StringComparison.Ordinal));

    // Without a version, so that it is the engine's own. Its JSON has one line end, which is the last that it sends: without it something is missing.
    private const string Ask = $$"""
        use strict;
        use Socket;
        # An engine that goes away is told of by what it does not answer.
        $SIG{PIPE} = "IGNORE";
        sub begin {
            my ($request, $body) = @_;
            socket my $line, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!\n";
            connect($line, pack_sockaddr_un("{{Socket}}")) or die "{{NoEngine}}: $!\n";
            my $about = $body ? "Content-Type: application/json\r\nContent-Length: " . length($body) . "\r\n" : "";
            syswrite $line, "$request HTTP/1.0\r\nHost: docker\r\n$about\r\n$body";
            return $line;
        }
        sub answer {
            my ($line) = @_;
            my $answer = "";
            1 while sysread $line, $answer, 65536, length $answer;
            my ($status, $body) = $answer =~ m{\AHTTP/1\.\d (\d+).*?\r\n\r\n(.*\n)\z}s or die "{{NoEngine}}: it broke its answer off\n";
            return $body if $status == 200;
            return if $status == 404;
            die "Docker answered with $status: $body";
        }

        """;

    // Prints a list of inspections as JSON; what is gone meanwhile is not in it.
    private const string Look = Ask + """
        my ($list, @ids) = @ARGV;
        if ($list) {
            my $found = answer(begin("GET /containers/$list", ""));
            @ids = $found =~ /[\[,]\{"Id":"([0-9a-f]{64})"/g;
            die "Docker lists its containers in a way that cannot be read\n" if !@ids && $found ne "[]\n";
        }
        my @lines = map { begin("GET /containers/$_/json", "") } @ids;
        print "[", join(",", map { answer($_) } @lines), "]\n";
        """;

    private const string ListImages = Ask + """
        my $found = answer(begin("GET $ARGV[0]", ""));
        while ($found =~ /"RepoTags":\[([^\]]*)\]/g) { my $names = $1; print "$1\n" while $names =~ /"([^"]+)"/g }
        """;

    private const string FindNetwork = Ask + """
        my $found = answer(begin("GET $ARGV[0]", "")) or die "there is no such network\n";
        my ($config) = $found =~ /"Config":(\[.*?\]|null)/ or die "Docker describes its networks in a way that cannot be read\n";
        print "$1 ", $2 // "", "\n" while $config =~ /"Subnet":"([^"]*)"(?:,"IPRange":"[^"]*")?(?:,"Gateway":"([^"]*)")?/g;
        """;

    // An engine that is not there must not pass for containers that are gone.
    private const string SetPolicy = Ask + $$$"""
        my ($policy, $may_fail, @ids) = @ARGV;
        my (@lines, @problems);
        for my $id (@ids) { eval { push @lines, begin("POST /containers/$id/update", qq({"RestartPolicy":{"Name":"$policy"}})) } or push @problems, $@ }
        for my $line (@lines) { eval { answer($line) or die "a container is not there any more\n" } or push @problems, $@ }
        die @problems if @problems && !$may_fail || grep { /{{{NoEngine}}}/ } @problems;
        """;

    /// <summary>All containers of the stack, also those that do not run; the newest first.</summary>
    public static IReadOnlyList<string> Containers(StackPaths paths) =>
        ["perl", "-e", Look, "--", "json?all=1&filters=" + Uri.EscapeDataString($$"""{"label":["{{DockerCommands.StackLabel}}={{paths.Slug}}"]}""")];

    public static IReadOnlyList<string> Container(string id) => ["perl", "-e", Look, "--", "", id];

    /// <summary>All names of the stack's images, one a line, each with its release behind the colon.</summary>
    public static IReadOnlyList<string> Images(StackPaths paths) =>
        ["perl", "-e", ListImages, "--", "/images/json?filters=" + Uri.EscapeDataString($$"""{"reference":["{{paths.Images}}/*"]}""")];

    /// <summary>Prints the subnets of the stack's network, each on a line with the gateway behind it; fails when there is no such network.</summary>
    public static IReadOnlyList<string> Network(StackPaths paths) => ["perl", "-e", FindNetwork, "--", $"/networks/{Uri.EscapeDataString(paths.Network)}"];

    /// <summary>Has the engine start the containers again when they crash, or when the machine starts.</summary>
    public static IReadOnlyList<string> Pin(IEnumerable<string> ids) => ["perl", "-e", SetPolicy, "--", DockerCommands.KeepPolicy, "", .. ids];

    /// <summary>Has it never do so again. They may have ended already, or be gone: that is what is wanted.</summary>
    public static IReadOnlyList<string> Unpin(IEnumerable<string> ids) => ["perl", "-e", SetPolicy, "--", "no", "1", .. ids];
}
