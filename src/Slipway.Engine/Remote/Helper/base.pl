#!/usr/bin/perl -w
# Slipway's hand on a machine. A request comes as frames on standard input, the answer leaves as frames on standard output.
# Only modules of perl-base, and as few as possible: POSIX, Socket, IO and even the tags of Fcntl each cost more to load than a whole call.
use strict;
use Fcntl qw(O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_NONBLOCK O_SYNC O_NOFOLLOW O_DIRECTORY F_SETFL
    LOCK_SH LOCK_EX LOCK_NB LOCK_UN S_ISDIR S_ISREG S_ISLNK);

%ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', LANG => 'C.UTF-8');
umask 022;
$SIG{PIPE} = 'IGNORE';

# errno values that are the same on every architecture; the Errno module takes 2 ms
my ($ENOENT, $EINTR, $EAGAIN, $EEXIST, $ENOTDIR, $ENOSPC, $EROFS, $EDQUOT) = (2, 4, 11, 17, 20, 28, 30, 122);
my $WNOHANG = 1;
my $ROOT = '/var/lib/slipway';
my $WINDOW = 1 << 20;    # output that may be under way without the other side's receipt
my $BEAT = 5;            # a sign of life this often, so that a cut line is noticed
my $received = '';
my $ended = 0;           # the other side is gone
my $spoke = 0;
my $is_answering = 0;    # no frames leave in the supervisor, nobody reads them

sub now { my $time = slurp('/proc/uptime'); return (split / /, $time)[0] }

sub slurp {
    my ($path) = @_;
    sysopen(my $file, $path, O_RDONLY) or return undef;
    my $content = '';
    while (sysread($file, $content, 1 << 16, length $content)) { }
    return $content;
}

sub write_all {
    my ($file, $data) = @_;
    my $at = 0;
    while ($at < length $data) {
        my $count = syswrite($file, $data, length($data) - $at, $at);
        if (defined $count) { $at += $count }
        elsif ($! != $EINTR) { return 0 }
    }
    return 1;
}

sub send_frame {
    my ($kind, $payload) = @_;
    return if $ended || !$is_answering;
    $spoke = now();
    write_all(\*STDOUT, $kind . pack('N/a*', $payload)) or $ended = 1;
}

sub send_result { send_frame('R', pack('(N/a*)*', @_)) }

sub fault {
    my ($code, $message) = @_;
    die "$message\n" if !$is_answering;
    send_frame('F', pack('(N/a*)*', $code, $message));
    exit 0;
}

sub os_fault {
    my ($what) = @_;
    my ($number, $text) = ($! + 0, "$!");
    fault((grep { $_ == $number } $ENOSPC, $EROFS, $EDQUOT) ? 'storage' : 'failed', "$what: $text");
}

sub receive {
    my $count = sysread(STDIN, $received, 1 << 16, length $received);
    if (defined $count ? $count == 0 : $! != $EINTR) { $ended = 1 }
}

# The next frame that is there in full, or nothing.
sub take_frame {
    return if length $received < 5;
    my ($kind, $size) = unpack 'aN', $received;
    $size <= 1 << 28 or fault('refused', 'the request is too large');
    return if length $received < 5 + $size;
    my $payload = substr $received, 5, $size;
    substr($received, 0, 5 + $size) = '';
    return ($kind, $payload);
}

sub await_frame {
    while (1) {
        my @frame = take_frame();
        return @frame if @frame || $ended;
        receive();
    }
}

sub beat { send_frame('B', '') if $is_answering && now() - $spoke >= $BEAT }

# Waits for one of the handles to be readable; says which are.
sub readable {
    my ($seconds, @files) = @_;
    beat();
    my $bits = '';
    vec($bits, fileno $_, 1) = 1 for @files;
    my $count = select($bits, undef, undef, $seconds);
    return () if $count < 1;
    return grep { vec($bits, fileno $_, 1) } @files;
}

# Replaces a file of ours at once, or not at all.
sub put {
    my ($path, $content, $flags) = @_;
    my $fresh = "$path.$$";
    sysopen(my $file, $fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | ($flags || 0), 0600) or os_fault("cannot write $path");
    return if write_all($file, $content) && close $file and rename $fresh, $path;
    my $number = $! + 0;
    unlink $fresh;
    $! = $number;
    os_fault("cannot write $path");
}

# The output and the wait status of a program of the system, nothing on its standard input.
sub capture {
    my (@program) = @_;
    pipe(my $reader, my $writer) or os_fault('pipe');
    my $pid = fork;
    defined $pid or os_fault('fork');
    if (!$pid) {
        $SIG{PIPE} = 'DEFAULT';
        open STDIN, '<', '/dev/null';
        open STDOUT, '>&', $writer;
        open STDERR, '>&', $writer;
        exec { $program[0] } @program or exit 127;
    }
    close $writer;
    my $output = '';
    while (!readable($BEAT, $reader) || sysread($reader, $output, 1 << 16, length $output)) { }
    waitpid $pid, 0;
    return ($?, $output);
}

sub boot_id { my $id = slurp('/proc/sys/kernel/random/boot_id'); chomp $id; return $id }

sub ticket_directory {
    my ($ticket) = @_;
    $ticket =~ /\A[0-9a-f]{8,64}\z/ or fault('refused', 'a ticket is 8 to 64 lower-case hex digits');
    return "$ROOT/tickets/$ticket";
}

sub unit_state {
    my ($unit) = @_;
    my ($status, $text) = capture('systemctl', 'show', '--property=ActiveState', '--value', '--', $unit);
    chomp $text;
    return $text;
}

my %compiled;

# Compiles the sections that an operation needs: compiling all of them would take longer than most operations.
sub need {
    my @names = grep { !$compiled{$_}++ } @_ or return;
    my (undef, %sections) = split /^=section (\w+)\n/m, (split /^__END__\n/m, slurp($0), 2)[1];
    for my $name (@names) {
        eval "$sections{$name}; 1" or die "$name: $@";
    }
}
