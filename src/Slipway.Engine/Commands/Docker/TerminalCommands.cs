namespace Slipway.Engine.Commands.Docker;

/// <summary>What is run for a terminal in a container, and after it.</summary>
internal static class TerminalCommands
{
    private const string Mark = "SLIPWAY_TERMINAL";

    /// <summary>The best shell that the container has.</summary>
    public static IReadOnlyList<string> Shell { get; } = ["/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh"];

    /// <summary>The variables of the shell; by the first one it is found again.</summary>
    public static IReadOnlyList<string> Environment(string mark) => [$"{Mark}={mark}", "TERM=xterm-256color", "LANG=C.UTF-8"];

    /// <summary>
    /// Does on the server what a line that is cut does to a shell, since Docker lets a shell run on when nobody is connected to it any more. It asks
    /// the processes, not Docker, which forgets its shells when it is restarted.
    /// </summary>
    public static IReadOnlyList<string> HangUp(string mark) => ["/usr/bin/perl", "-e", HangUpShell, $"{Mark}={mark}"];

    // Only who leads the session of the terminal: what somebody put in the background on purpose stays, as it does over SSH.
    // A shell may be on its way when this begins, and gets a moment to come.
    private const string HangUpShell = """
        sub content { open my $file, '<', $_[0] or return ''; local $/; my $text = <$file>; return defined $text ? $text : '' }
        sub is_marked { return index("\0" . content("/proc/$_[0]/environ"), "\0$ARGV[0]\0") >= 0 }
        sub leads {
            my ($parent, $session, $terminal) = content("/proc/$_[0]/stat") =~ /.*\) \S (\d+) \d+ (\d+) (-?\d+)/s;
            return $terminal && $session == $_[0] && is_marked($_[0]) && !is_marked($parent);
        }
        my $seen = 0;
        for my $look (1 .. 60) {
            opendir my $processes, '/proc' or die "/proc: $!\n";
            my @leaders = grep { /\A\d+\z/ && leads($_) } readdir $processes;
            last if !@leaders && ($seen || $look > 20);
            kill $seen == 0 ? 'HUP' : $seen > 20 ? 'KILL' : 0, @leaders if @leaders;
            $seen++ if @leaders;
            select undef, undef, undef, 0.1;
        }
        """;
}
