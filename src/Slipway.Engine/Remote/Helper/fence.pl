
sub own_directory {
    my ($name) = @_;
    for my $path ($ROOT, "$ROOT/$name") {
        next if -d $path;
        mkdir $path, $path eq $ROOT ? 0755 : 0700 or $! == $EEXIST or os_fault("cannot make $path");
    }
    return "$ROOT/$name";
}

# Refuses a caller whose epoch is lower than the highest seen for its stack. While the returned handle is open no higher one is let in,
# so what is changed meanwhile is changed before the newer caller's first change.
sub fence {
    my ($stack, $epoch) = @_;
    return undef if $stack eq '';
    length $stack <= 120 or fault('refused', 'the name of the stack is too long');
    $epoch =~ /\A[0-9]{1,19}\z/ or fault('refused', 'the epoch is not a number');
    my $wanted = ('0' x (20 - length $epoch)) . $epoch;
    my $path = own_directory('epochs') . '/' . unpack('H*', $stack);
    sysopen(my $file, $path, O_RDWR | O_CREAT | O_NOFOLLOW | O_SYNC, 0600) or os_fault("cannot open $path");
    for my $attempt (1 .. 1000) {
        flock $file, LOCK_SH or os_fault('lock');
        my $highest = highest_epoch($file);
        if ($wanted lt $highest) {
            $highest =~ s/^0+(?=.)//;
            fault('fenced', "epoch $epoch of this stack is over, $highest has taken it over");
        }
        return $file if $wanted eq $highest;
        # not by turning the shared lock into an exclusive one: two that try would wait for each other
        flock $file, LOCK_UN;
        flock $file, LOCK_EX or os_fault('lock');
        if ($wanted gt highest_epoch($file)) {
            sysseek $file, 0, 0;
            (syswrite($file, $wanted) || 0) == 20 or os_fault("cannot write $path");
        }
        flock $file, LOCK_UN;
    }
    fault('failed', 'the epoch of this stack never came to rest');
}

sub highest_epoch {
    my ($file) = @_;
    sysseek $file, 0, 0;
    sysread $file, my $held, 20;
    return defined $held && $held =~ /\A[0-9]{20}\z/ ? $held : '0' x 20;
}
