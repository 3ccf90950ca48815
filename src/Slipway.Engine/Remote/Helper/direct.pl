
# A command without ticket: a child of this call that ends with the connection.
sub run_direct {
    my ($stack, $epoch, $packed) = @_;
    my $work = read_work($packed);
    # Held until the first program runs only: whoever takes the stack over must not wait for a command that hangs.
    my $fence = fence($stack, $epoch);
    my $wake = wake_on_signals();
    my ($reader, $writer) = output_pipe($work);
    my %flow = (sent => 0, acknowledged => 0, reader => $reader, wake => $wake, pending => '', until => now() + $work->{deadline});
    my $input;
    if ($work->{has_input}) {
        pipe $input, $flow{feed} or os_fault('pipe');
        fcntl $flow{feed}, F_SETFL, O_NONBLOCK;
    }
    send_frame('S', '');
    my $code = 0;
    for my $program (@{ $work->{programs} }) {
        my $pid = start_program($work, $program, $input, $writer) or fault('failed', "fork: $!");
        close $_ for grep { $_ } $input, $fence;
        $input = $fence = undef;
        while (waitpid($pid, $WNOHANG) != $pid) {
            if ($ended || now() >= $flow{until}) { stop_group($pid, $work->{grace}); return send_result('timedout', 0, 0) }
            turn(\%flow);
        }
        $code = exit_code($?);
        last if $code;
    }
    while (!$ended) {
        last if forward_output(\%flow) == 0;
        turn(\%flow);
    }
    send_result('exited', $code, 0);
}

# One look at everything that may move: the caller's frames, the program's input and output, signals.
sub turn {
    my ($flow) = @_;
    my @awaited = ($flow->{wake});
    push @awaited, \*STDIN if length $flow->{pending} < $WINDOW;
    push @awaited, $flow->{reader} if $flow->{sent} - $flow->{acknowledged} < $WINDOW;
    my %ready = map { fileno $_ => 1 } readable($flow->{pending} eq '' ? 0.25 : 0.005, @awaited);
    sysread $flow->{wake}, my $signals, 64 if $ready{ fileno $flow->{wake} };
    receive() if $ready{0};
    while (my ($kind, $payload) = take_frame()) {
        if ($kind eq 'A') { $flow->{acknowledged} = unpack 'Q>', $payload }
        elsif ($kind eq 'I') { $flow->{pending} .= $payload }
        elsif ($kind eq 'E') { $flow->{is_complete} = 1 }
    }
    feed($flow) if $flow->{feed};
    forward_output($flow);
}

sub feed {
    my ($flow) = @_;
    if ($flow->{pending} ne '') {
        my $count = syswrite $flow->{feed}, $flow->{pending};
        if (defined $count) { substr($flow->{pending}, 0, $count) = '' }
        elsif ($! != $EAGAIN && $! != $EINTR) { $flow->{pending} = ''; $flow->{is_complete} = 1 }    # the program closed it
    }
    if ($flow->{is_complete} && $flow->{pending} eq '') { close delete $flow->{feed} }
}

sub forward_output {
    my ($flow) = @_;
    my $moved = 0;
    return 1 if $flow->{sent} - $flow->{acknowledged} >= $WINDOW;
    while ($flow->{sent} - $flow->{acknowledged} < $WINDOW && (my $count = sysread $flow->{reader}, my $data, 1 << 16)) {
        send_frame('O', pack('Q>', $flow->{sent}) . $data);
        $flow->{sent} += $count;
        $moved = 1;
    }
    return $moved;
}

sub stop_group {
    my ($pid, $grace) = @_;
    kill 'TERM', -$pid;
    my $until = now() + ($grace < 1 ? $grace : 1);
    select undef, undef, undef, 0.01 while now() < $until && waitpid($pid, $WNOHANG) == 0;
    kill 'KILL', -$pid;
}
