
# Files of a ticket: lock; state (the boot, written just before the start); request, input; begun (whoever creates it decides whether
# the programs run); alive (locked as long as the supervisor lives); output; status (how it ended, the last thing written).

sub lock_ticket {
    my ($directory) = @_;
    own_directory('tickets');
    while (1) {
        mkdir $directory, 0700 or $! == $EEXIST or os_fault("cannot make $directory");
        sysopen my $file, "$directory/lock", O_RDWR | O_CREAT, 0600 or $! == $ENOENT ? next : os_fault("cannot open $directory/lock");
        flock $file, LOCK_EX or os_fault('lock');
        return $file if (stat $file)[3];    # else it was forgotten meanwhile
    }
}

sub finish {
    my ($directory, $outcome, $code) = @_;
    put("$directory/status", "$outcome $code 0\n");
}

sub run_ticket {
    my ($stack, $epoch, $ticket, $offset, $is_known, $packed) = @_;
    my $directory = ticket_directory($ticket);
    return send_result('lost', 0, 0) if $is_known && !-e "$directory/lock";
    my $uploaded = '';
    while (!begin_ticket($stack, $epoch, $ticket, $directory, $is_known, $packed, $uploaded)) {
        $uploaded = receive_input($directory);
    }
    send_frame('S', '');
    follow($directory, $ticket, $offset);
}

# Starts the ticket unless that was done; says no when the input is wanted first. A ticket that was started is the one that is followed, whatever
# the request says now: who asks again after a crash may have found the machine changed by this very ticket.
sub begin_ticket {
    my ($stack, $epoch, $ticket, $directory, $is_known, $packed, $uploaded) = @_;
    my $fence = fence($stack, $epoch);
    my $lock = lock_ticket($directory);
    my $state = slurp("$directory/state");
    if (defined $state) {
        return 1 if -e "$directory/status";
        if ($state ne boot_id() . "\n") { finish($directory, 'lost', 0) }
        elsif (!-e "$directory/begun") { start_unit($ticket, read_work($packed)) }
        return 1;
    }
    return 1 if -e "$directory/status";
    if ($is_known) { finish($directory, 'lost', 0); return 1 }
    my $work = read_work($packed);
    return 0 if $work->{has_input} && $uploaded eq '';
    rename $uploaded, "$directory/input" or os_fault('cannot keep the input') if $uploaded ne '';
    put("$directory/output", '');
    put("$directory/request", $packed);
    put("$directory/state", boot_id() . "\n", O_SYNC);
    start_unit($ticket, $work);
    return 1;
}

sub receive_input {
    my ($directory) = @_;
    my $path = "$directory/input.$$";
    sysopen my $file, $path, O_WRONLY | O_CREAT | O_TRUNC, 0600 or os_fault("cannot write $path");
    send_frame('N', '');
    until ($ended) {
        # where the caller has the input from may be slower than the caller's patience with this side
        my ($kind, $payload) = take_frame();
        if (!defined $kind) {
            receive() if readable($BEAT, \*STDIN);
            next;
        }
        beat();
        return $path if $kind eq 'E';
        next if $kind ne 'I' || write_all($file, $payload);
        my $number = $! + 0;
        unlink $path;
        $! = $number;
        os_fault("cannot write $path");
    }
    unlink $path;
    exit 0;
}

# Nothing that a user wrote stands in this argument list: systemd-run would expand $ and %.
sub start_unit {
    my ($ticket, $work) = @_;
    my $longest = 60 + $work->{deadline} * ($work->{is_heavy} ? 2 : 1) + $work->{grace};    # should the supervisor itself hang
    my ($status, $text) = capture('systemd-run', '--quiet', '--collect', '--no-block', "--unit=slipway-$ticket", '-pOOMPolicy=continue',
        '-pTimeoutStopSec=10', '-pRuntimeMaxSec=' . int($longest), '--', $0, 'exec', $ticket);
    return if $status == 0 || unit_state("slipway-$ticket.service") =~ /\A(active|activating)\z/;
    fault('failed', "systemd did not start the command: $text");
}

# Sends the output from an offset on as it grows, and then how it ended.
sub follow {
    my ($directory, $ticket, $offset) = @_;
    my ($acknowledged, $quiet) = ($offset, 0);
    my $is_there = sysopen my $output, "$directory/output", O_RDONLY;
    sysseek $output, $offset, 0 if $is_there;
    until ($ended) {
        my $status = slurp("$directory/status");    # before the output is read, so that none is missed
        my $count = 1;
        while ($is_there && $offset - $acknowledged < $WINDOW && ($count = sysread $output, my $data, 1 << 16)) {
            send_frame('O', pack('Q>', $offset) . $data);
            $offset += $count;
            $quiet = 0;
        }
        return send_result(split ' ', $status) if $status && (!$is_there || !$count);
        settle($directory, $ticket, $quiet) if ++$quiet % 64 == 0;
        receive() if readable($quiet < 64 ? 0.004 : 0.016, \*STDIN);
        while (my ($kind, $payload) = take_frame()) {
            $acknowledged = unpack 'Q>', $payload if $kind eq 'A';
        }
    }
}

# A supervisor that ended without a word was killed from outside; one that never came up is tried again by the next caller.
sub settle {
    my ($directory, $ticket, $quiet) = @_;
    if (!-e "$directory/lock") { send_result('lost', 0, 0); exit 0 }
    if (!-e "$directory/begun") {
        return if $quiet < 512;    # about 8 s: a busy systemd lets jobs wait
        return if unit_state("slipway-$ticket.service") =~ /\A(active|activating)\z/;
        return if -e "$directory/begun";
        fault('failed', 'systemd did not bring the command up');
    }
    my $alive = supervisor($directory);
    return if $alive->{lives} || -e "$directory/status";
    my $lock = lock_ticket($directory);
    finish($directory, 'lost', 0) if !-e "$directory/status";
}

sub is_running {
    my ($directory) = @_;
    my $state = slurp("$directory/state");
    return 0 if !$state || -e "$directory/status" || $state ne boot_id() . "\n";
    # the supervisor's lock must not be tried before it has it
    return !-e "$directory/begun" || supervisor($directory)->{lives};
}

sub supervisor {
    my ($directory) = @_;
    sysopen my $file, "$directory/alive", O_RDWR or return { lives => 0, group => '' };
    my $lives = !flock $file, LOCK_EX | LOCK_NB;
    sysread $file, my $text, 4096;
    my ($pid, $group, $boot) = split /\n/, $text || '';
    return { lives => $lives, pid => $pid, group => $group, is_of_this_boot => ($boot || '') eq boot_id() };
}

# Ends a ticket's processes, or sees to it that they never start.
sub cancel_ticket {
    my ($stack, $epoch, $ticket, $grace) = @_;
    $grace /= 1000;
    my $directory = ticket_directory($ticket);
    {
        my $fence = fence($stack, $epoch);
        my $lock = lock_ticket($directory);
        if (!-e "$directory/status" && sysopen my $begun, "$directory/begun", O_WRONLY | O_CREAT | O_EXCL, 0600) {
            finish($directory, 'cancelled', 0);
            return send_result(1);
        }
        -e "$directory/begun" or os_fault("cannot write $directory/begun");
    }
    my $alive = supervisor($directory);
    my $until = now() + $grace + 1;
    if ($alive->{lives}) {
        kill 'USR1', $alive->{pid} if !-e "$directory/status";
        readable(0.005) while !-e "$directory/status" && now() < $until;
    }
    my $is_empty = !$alive->{group} || !$alive->{is_of_this_boot} || end_group($alive->{group}, 0, 0, sub { readable(0) });
    my $lock = lock_ticket($directory);
    finish($directory, $alive->{is_of_this_boot} ? 'cancelled' : 'lost', 0) if $is_empty && !-e "$directory/status";
    send_result($is_empty ? 1 : 0);
}

sub complete_tickets {
    my ($stack, $epoch, @tickets) = @_;
    my $fence = fence($stack, $epoch);
    for my $ticket (@tickets) {
        my $directory = ticket_directory($ticket);
        forget_ticket($directory) or fault('refused', "ticket $ticket is still running") if -d $directory;
    }
    prune_tickets(own_directory('tickets'));
    send_result();
}

# No when it still runs.
sub forget_ticket {
    my ($directory) = @_;
    my $lock = lock_ticket($directory);
    return 0 if is_running($directory);
    opendir my $listing, $directory or return 1;
    unlink map { "$directory/$_" } grep { !/\A\.\.?\z/ && $_ ne 'lock' } readdir $listing;
    unlink "$directory/lock";
    rmdir $directory or $! == $ENOENT or os_fault("cannot remove $directory");
    return 1;
}

# Those that nobody came back for within a month: no action takes that long. Looked for once a day.
sub prune_tickets {
    my ($root) = @_;
    return if -e "$root/.pruned" && time - (stat _)[9] < 86_400;
    open my $stamp, '>', "$root/.pruned" or return;
    opendir my $listing, $root or return;
    for my $directory (map { "$root/$_" } grep { /\A[0-9a-f]{8,64}\z/ } readdir $listing) {
        forget_ticket($directory) if time - ((stat $directory)[9] || time) > 30 * 86_400;
    }
}
