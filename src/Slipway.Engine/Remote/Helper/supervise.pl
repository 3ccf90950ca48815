
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
    my $slot = $work->{is_heavy} ? take_slot($work, $output, $wake, \$cancelled, \$stopped) : undef;
    my ($outcome, $code, $full) = ref $slot eq 'ARRAY' ? @$slot : run_programs($work, $input, $output, $wake, $group, \$cancelled, \$stopped);
    exit 0 if $outcome eq 'stopped';    # by systemd, as the machine goes down: the next boot says lost
    sysseek $status, 0, 0;
    write_all($status, sprintf "%-63s\n", "$outcome $code $full");
    rename "$directory/status.new", "$directory/status" or die "status: $!\n";
}

# One of as many places as there are processors, held until this process ends however it does; or how the wait for one ended.
sub take_slot {
    my ($work, $output, $wake, $cancelled, $stopped) = @_;
    need('fence');
    my $directory = own_directory('slots');
    my $count = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;
    my ($until, $is_said) = (now() + $work->{deadline}, 0);
    while (1) {
        for my $number (1 .. $count || 1) {
            sysopen my $slot, "$directory/$number", O_RDWR | O_CREAT | O_NOFOLLOW, 0600 or die "slot: $!\n";
            return $slot if flock $slot, LOCK_EX | LOCK_NB;
        }
        write_all($output, "Waiting: other builds keep this server's processors busy.\n") if !$is_said++;
        return ['stopped', 0, 0] if $$stopped;
        return ['cancelled', 0, 0] if $$cancelled;
        return ['timedout', 0, 0] if now() >= $until;
        readable(0.25, $wake);
        sysread $wake, my $signals, 64;
    }
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
