namespace Slipway.Engine.Commands.Docker;

/// <summary>Where an engine was told to listen. Who listens in fact says too little: some engines hold the ports of their containers themselves.</summary>
internal static class DockerHosts
{
    private const string Listen = "Listen=";
    private static readonly string[] Local = ["unix:", "fd:", "/"];

    // Files of systemd, their additions and variables all end up there.
    private const string Arguments = """
        chomp(my $pid = `systemctl show --property=MainPID --value -- docker.service`);
        open my $in, "<", "/proc/$pid/cmdline" or exit;
        local $/ = "\0";
        while (<$in>) { chomp; print "$_\n" }
        """;

    /// <summary>Prints the arguments of the engine that runs, a line each, and behind them the sockets that systemd opens for it.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Show { get; } =
        [["perl", "-e", Arguments], ["systemctl", "show", "--property=Listen", "--", "docker.socket"]];

    /// <summary>The first of these lines' addresses that others can reach; null when there is none.</summary>
    public static string? FindOpen(IReadOnlyList<string> lines)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            var host = lines[index] switch
            {
                "-H" or "--host" => lines.ElementAtOrDefault(index + 1),
                ['-', 'H', .. var rest] => rest.TrimStart('='),
                var line when line.StartsWith("--host=", StringComparison.Ordinal) => line["--host=".Length..],
                var line when line.StartsWith(Listen, StringComparison.Ordinal) => line[Listen.Length..],
                _ => null,
            };
            if (host is { Length: > 0 } && IsOpen(host))
                return host;
        }
        return null;
    }

    /// <summary>Whether it is more than a socket in the machine's files. Without a word on it Docker takes an address for one of TCP.</summary>
    public static bool IsOpen(string host) => !Local.Any(kind => host.StartsWith(kind, StringComparison.OrdinalIgnoreCase));
}
