
# Bytes between the caller and a socket of this machine, until either is gone. A program that is to run afterwards runs whichever it was.
sub bridge {
    my ($path, @afterwards) = @_;
    require Socket;
    fault('refused', 'the path of the socket is too long') if length $path > 107;
    socket my $line, Socket::AF_UNIX(), Socket::SOCK_STREAM(), 0 or os_fault('socket');
    connect $line, Socket::pack_sockaddr_un($path) or os_fault("cannot connect to $path");
    fcntl $line, F_SETFL, O_NONBLOCK;
    send_frame('S', '');
    my %flow = (line => $line, sent => 0, acknowledged => 0, taken => 0, pending => '', is_open => 1);
    pass_on(\%flow) while $flow{is_open} && !$ended;
    send_result('closed') if !$ended;
    close $line;
    return if !@afterwards;
    open STDIN, '<', '/dev/null';
    open $_, '>', '/dev/null' for \*STDOUT, \*STDERR;
    exec { $afterwards[0] } @afterwards or exit 127;
}

# One look at everything that may move. The caller sends no more than a window beyond what was passed on, so all of it is read at once.
sub pass_on {
    my ($flow) = @_;
    my ($line, $reads, $writes) = ($flow->{line}, '', '');
    vec($reads, 0, 1) = 1;
    vec($reads, fileno $line, 1) = 1 if $flow->{sent} - $flow->{acknowledged} < $WINDOW;
    vec($writes, fileno $line, 1) = 1 if $flow->{pending} ne '';
    beat();
    return if select($reads, $writes, undef, 2) < 1;
    receive() if vec($reads, 0, 1);
    while (my ($kind, $payload) = take_frame()) {
        if ($kind eq 'A') { $flow->{acknowledged} = unpack 'Q>', $payload }
        elsif ($kind eq 'I') { $flow->{pending} .= $payload }
    }
    if ($flow->{pending} ne '') {
        my $count = syswrite $line, $flow->{pending};
        if (defined $count) {
            substr($flow->{pending}, 0, $count) = '';
            send_frame('A', pack 'Q>', $flow->{taken} += $count);
        }
        elsif ($! != $EAGAIN && $! != $EINTR) { $flow->{is_open} = 0 }
    }
    return if !vec($reads, fileno $line, 1);
    my $count = sysread $line, my $data, 1 << 16;
    if ($count) {
        send_frame('O', pack('Q>', $flow->{sent}) . $data);
        $flow->{sent} += $count;
    }
    elsif (defined $count || $! != $EAGAIN && $! != $EINTR) { $flow->{is_open} = 0 }
}
