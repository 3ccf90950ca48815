
# Asks a process until it answers well, its unit failed, or the time is over.
sub probe {
    my ($socket, $tcp, $path, $host, $from, $to, $unit, $deadline, $request_timeout) = @_;
    require Errno;
    require Socket;
    fault('refused', 'path or host of the probe holds a blank or a control character') if grep { /[\x00-\x20\x7f]/ } $path, $host;
    my $address = probe_address($socket, $tcp);
    my $until = now() + $deadline / 1000;
    my ($status, $reason, $idle_looks, $looked, $was_asked) = (0, 'there was no time to ask', 0, now(), 0);
    until ($ended) {
        my $left = $until - now();
        last if $left <= 0;
        my $patience = $request_timeout / 1000;
        my ($answered, $failure) = ask($address, $path, $host, $left < $patience ? $left : $patience);
        # a request that the deadline cut short says less than the one before it
        last if $failure ne '' && $was_asked && now() >= $until;
        ($status, $reason, $was_asked) = ($answered, $failure, 1);
        my $is_healthy = $reason eq '' && ($path eq '' || $status >= $from && $status <= $to);
        return send_result(1, $status, '') if $is_healthy;
        $reason = "it answered with status $status" if $reason eq '';
        if ($unit ne '' && now() - $looked >= 0.1) {
            my $state = unit_condition($unit);
            return send_result(0, $status, "unit $unit $state; $reason") if $state && ($state ne 'has ended' || ++$idle_looks > 5);
            $looked = now();
        }
        receive() if readable(0.02, \*STDIN);
    }
    send_result(0, $status, $reason);
}

# What is wrong with a unit; empty while nothing is. One that is always started again never comes to rest as failed.
sub unit_condition {
    my ($unit) = @_;
    my (undef, $text) = capture('systemctl', 'show', '--property=ActiveState,SubState,NRestarts', '--', $unit);
    my %of = $text =~ /^(\w+)=(.*)$/mg;
    return 'has failed' if ($of{ActiveState} || '') eq 'failed';
    return 'ended and is started again and again' if ($of{SubState} || '') eq 'auto-restart' || $of{NRestarts};
    return ($of{ActiveState} || '') eq 'inactive' ? 'has ended' : '';
}

sub probe_address {
    my ($socket, $tcp) = @_;
    if ($socket ne '') {
        fault('refused', 'the path of the socket is too long') if length $socket > 107;
        return [Socket::AF_UNIX(), Socket::pack_sockaddr_un($socket)];
    }
    my ($ip, $port) = $tcp =~ /\A(\d+\.\d+\.\d+\.\d+):(\d+)\z/ or fault('refused', 'the probe needs a socket, or an IPv4 address and a port');
    my $packed = Socket::inet_aton($ip);
    defined $packed && $port > 0 && $port < 65536 or fault('refused', 'the address of the probe is not one');
    return [Socket::AF_INET(), Socket::pack_sockaddr_in($port, $packed)];
}

# One request; the status and why there is none.
sub ask {
    my ($address, $path, $host, $seconds) = @_;
    my $until = now() + $seconds;
    socket my $line, $address->[0], Socket::SOCK_STREAM(), 0 or return (0, "no socket: $!");
    fcntl $line, F_SETFL, O_NONBLOCK;
    if (!connect $line, $address->[1]) {
        return (0, "it does not accept connections: $!") if $! != Errno::EINPROGRESS();
        writable($line, $seconds) or return (0, 'it did not accept the connection in time');
        local $! = unpack 'i', getsockopt $line, Socket::SOL_SOCKET(), Socket::SO_ERROR();
        return (0, "it does not accept connections: $!") if $!;
    }
    return (0, '') if $path eq '';
    syswrite $line, "GET $path HTTP/1.1\r\nHost: $host\r\nUser-Agent: slipway-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        or return (0, "it did not take the request: $!");
    my $answer = '';
    while ((my $left = $until - now()) > 0) {
        next if !grep { $_ == $line } readable($left < 1 ? $left : 1, $line);
        my $count = sysread $line, $answer, 1 << 16, length $answer;
        return ($1, '') if $answer =~ m{\AHTTP/1\.[01] (\d\d\d)[ \r\n]};
        return (0, 'it did not answer in HTTP') if length $answer > 4096;
        return (0, 'it closed the connection without an answer') if !$count;
    }
    return (0, 'it did not answer in time');
}

sub writable {
    my ($file, $seconds) = @_;
    my $bits = '';
    vec($bits, fileno $file, 1) = 1;
    return select(undef, $bits, undef, $seconds) > 0;
}
