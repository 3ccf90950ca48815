# The smallest web application that shows what a container is given. A VERSION of "broken" ends at once, one of "sick" answers with 500.
use strict;
use warnings;
use IO::Socket::INET;

my $version = text('/app/VERSION');
die "this version is broken\n" if $version eq 'broken';
if (open my $log, '>>', '/app/log/app.log') {
    print $log "started $version\n";
    close $log;
}

my $listener = IO::Socket::INET->new(LocalPort => 3000, Listen => 128, ReuseAddr => 1) or die "no socket: $!\n";
$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = sub { close $listener; exit 0 };
print "serving $version\n";
while (1) {
    my $client = $listener->accept or next;
    if (!fork) {
        local $SIG{TERM} = 'DEFAULT';
        answer($client);
        exit 0;
    }
    close $client;
}

sub answer {
    my ($client) = @_;
    my ($path) = (<$client> || '') =~ m{\AGET (\S+)} or return;
    while (my $line = <$client>) { last if $line =~ /\A\r?\n\z/ }
    my ($status, $body) = $version eq 'sick' ? (500, 'sick') : (200, body($path));
    $status = 502 if $body =~ /\Ano peer/;
    print $client "HTTP/1.1 $status Answer\r\nX-Revision: $version\r\nContent-Length: ", length $body, "\r\nConnection: close\r\n\r\n$body";
}

sub body {
    my ($path) = @_;
    return text('/data/commands') if $path eq '/commands';
    return join "\n", map { "$_=" . ($ENV{$_} // '') } qw(GREETING NAME RACK_ENV) if $path eq '/environment';
    if ($path eq '/slow') { sleep 3; return 'slow' }
    return $version if $path ne '/peer';
    my $peer = IO::Socket::INET->new(PeerAddr => 'counter', PeerPort => 3000, Timeout => 5) or return "no peer: $!";
    print $peer "GET / HTTP/1.0\r\n\r\n";
    my $answer = join '', <$peer>;
    return $answer =~ /\r\n\r\n(.+)/s ? $1 : 'no peer answers';
}

sub text {
    open my $in, '<', $_[0] or return '';
    my $text = join '', <$in>;
    chomp $text;
    return $text;
}
