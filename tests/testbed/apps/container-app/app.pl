# The smallest web application that shows what a container is given, and the signals too. A VERSION of "broken" ends at once, one of "sick" answers
# with 500, one of "late..." takes its time. With LINGER it goes on after TERM.
use strict;
use warnings;
use IO::Socket::INET;

my $version = text('/app/VERSION');
die "this version is broken\n" if $version eq 'broken';
note("started $version");
sleep 4 if $version =~ /\Alate/;

my $listener = IO::Socket::INET->new(LocalPort => 3000, Listen => 128, ReuseAddr => 1) or die "no socket: $!\n";
$SIG{CHLD} = 'IGNORE';
my $heard = '';
for my $name (qw(USR1 USR2 TERM)) {
    $SIG{$name} = sub {
        note("$name $version");
        $heard .= " $name";
        if (open my $out, '>', '/tmp/heard.new') { print $out $heard; close $out; rename '/tmp/heard.new', '/tmp/heard' }
        return if $name ne 'TERM' || $ENV{LINGER};
        close $listener;
        exit 0;
    };
}
print "serving $version\n";
while (1) {
    my $client = $listener->accept or next;
    if (!fork) {
        local @SIG{qw(USR1 USR2 TERM)} = ('DEFAULT') x 3;
        answer($client);
        exit 0;
    }
    close $client;
}

sub answer {
    my ($client) = @_;
    my ($path) = (<$client> || '') =~ m{\AGET (\S+)} or return;
    my $key;
    while (my $line = <$client>) {
        last if $line =~ /\A\r?\n\z/;
        $key = $1 if $line =~ /\ASec-WebSocket-Key: *(\S+)/i;
    }
    return talk($client, $key) if defined $key;
    return take_time($client) if $path eq '/slow';
    my ($status, $body) = $version eq 'sick' ? (500, 'sick') : (200, body($path));
    $status = 502 if $body =~ /\Ano peer/;
    print $client "HTTP/1.1 $status Answer\r\nX-Revision: $version\r\nContent-Length: ", length $body, "\r\nConnection: close\r\n\r\n$body";
}

sub body {
    my ($path) = @_;
    return text('/data/commands') if $path eq '/commands';
    return join "\n", map { "$_=" . ($ENV{$_} // '') } qw(GREETING NAME RACK_ENV) if $path eq '/environment';
    return $version if $path ne '/peer';
    my $peer = IO::Socket::INET->new(PeerAddr => 'counter', PeerPort => 3000, Timeout => 5) or return "no peer: $!";
    print $peer "GET / HTTP/1.0\r\n\r\n";
    my $answer = join '', <$peer>;
    return $answer =~ /\r\n\r\n(.+)/s ? $1 : 'no peer answers';
}

# Ten lines, one each 0.3 s.
sub take_time {
    my ($client) = @_;
    my @lines = map { "part $_ of $version\n" } 1 .. 10;
    print $client "HTTP/1.1 200 Answer\r\nContent-Length: ", length(join '', @lines), "\r\nConnection: close\r\n\r\n";
    $client->flush;
    for my $line (@lines) { select undef, undef, undef, 0.3; print $client $line; $client->flush }
}

# A websocket that says every 0.1 s which version it is of and which signals that one has had.
sub talk {
    my ($client, $key) = @_;
    my $digest = `printf %s '@{[$key =~ tr{A-Za-z0-9+/=}{}cdr]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11' | sha1sum`;
    my $accept = pack 'u', pack 'H40', $digest;
    $accept = substr($accept =~ s/\s//gr, 1) =~ tr{`}{ }r;
    $accept =~ tr{ -_}{A-Za-z0-9+/};
    substr($accept, -1) = '=';
    print $client "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $accept\r\n\r\n";
    while (1) {
        my $says = $version . text('/tmp/heard');
        print $client chr 0x81, chr length $says, $says or return;
        $client->flush;
        select undef, undef, undef, 0.1;
    }
}

sub note {
    open my $log, '>>', '/app/log/app.log' or return;
    print $log "$_[0]\n";
    close $log;
}

sub text {
    open my $in, '<', $_[0] or return '';
    my $text = join '', <$in>;
    chomp $text;
    return $text;
}
