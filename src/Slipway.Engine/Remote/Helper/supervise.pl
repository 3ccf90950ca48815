
# Runs inside the ticket's unit: the programs one after another, their output into a file, how it ended into another.
sub supervise {
    my ($ticket) = @_;
    my ($cancelled, $stopped) = (0, 0);
    my $wake = wake_on_signals(USR1 => \$cancelled, TERM => \$stopped);
    my $directory = ticket_directory($ticket);
    my $group = own_group();
    $group =~ /\/slipway-\Q$ticket\E\.service\z/ or die "this is not the unit of ticket $ticket\n";
    sysopen my $alive, "$directory/alive", O_RDWR | O_CREAT, 0600 or die "alive: $!\n";
    exit 0 if !flock($alive, LOCK_EX | LOCK_NB) || -e "$directory/begun";
    truncate $alive, 0;
    write_all($alive, "$$\n$group\n" . boot_id() . "\n") or die "alive: $!\n";
    # its blocks are taken before the programs can fill the disk
    sysopen my $status, "$directory/status.new", O_RDWR | O_CREAT | O_TRUNC, 0600 or die "status: $!\n";
    write_all($status, ' ' x 64) or die "status: $!\n";
    sysopen my $output, "$directory/output", O_WRONLY | O_APPEND or die "output: $!\n";
    sysopen my $begun, "$directory/begun", O_WRONLY | O_CREAT | O_EXCL, 0600 or exit 0;

    my $work = read_work(slurp("$directory/request"));
    unlink "$directory/request";
    my $input;
    if ($work->{has_input}) {
        sysopen $input, "$directory/input", O_RDONLY or die "input: $!\n";
        unlink "$directory/input";
    }
    my ($outcome, $code, $full) = run_programs($work, $input, $output, $wake, $group, \$cancelled, \$stopped);
    exit 0 if $outcome eq 'stopped';    # by systemd, as the machine goes down: the next boot says lost
    sysseek $status, 0, 0;
    write_all($status, sprintf "%-63s\n", "$outcome $code $full");
    rename "$directory/status.new", "$directory/status" or die "status: $!\n";
}

sub run_programs {
    my ($work, $input, $output, $wake, $group, $cancelled, $stopped) = @_;
    my ($reader, $writer) = output_pipe($work);
    my ($until, $code, $full) = (now() + $work->{deadline}, 0, 0);
    my $drain = sub {
        for my $turn (1 .. 64) {
            sysread $reader, my $data, 1 << 16 or last;
            $full = 1 if !$full && !write_all($output, $data);    # what follows is dropped, or the program would hang
        }
    };
    for my $program (@{ $work->{programs} }) {
        my $pid = start_program($work, $program, $input, $writer) or return ('exited', 125, $full);
        $input = undef;
        while (waitpid($pid, $WNOHANG) != $pid) {
            return ('stopped', 0, $full) if $$stopped;
            my $left = $until - now();
            if ($$cancelled || $left <= 0) {
                end_group($group, $work->{grace}, $$, sub { $drain->(); waitpid $pid, $WNOHANG });
                $drain->();
                return ($$cancelled ? 'cancelled' : 'timedout', 0, $full);
            }
            readable($left < 0.25 ? $left : 0.25, $reader, $wake);
            sysread $wake, my $signals, 64;
            $drain->();
        }
        $code = exit_code($?);
        return ('stopped', 0, $full) if $$stopped;
        last if $code || $$cancelled;
    }
    $drain->();
    return ('exited', $code, $full) if !$$cancelled;
    end_group($group, $work->{grace}, $$, $drain);
    return ('cancelled', 0, $full);
}
