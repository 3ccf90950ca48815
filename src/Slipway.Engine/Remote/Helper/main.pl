
if (@ARGV == 2 && $ARGV[0] eq 'exec') {
    need('processes', 'supervise');
    supervise($ARGV[1]);
    exit 0;
}
$is_answering = 1;
$spoke = now();
write_all(\*STDOUT, "\0SLIPWAY1\n") or exit 1;
$> == 0 or fault('notroot', 'the helper does not run as root');
my %sections = (
    run => ['fence', 'processes', 'tickets'], direct => ['fence', 'processes', 'direct'], cancel => ['fence', 'processes', 'tickets'],
    complete => ['fence', 'tickets'], files => ['fence', 'files'], read => ['files'], fetch => ['files'], probe => ['probe'], facts => ['facts'],
    bridge => ['bridge'],
);
my %operations = (
    run => \&run_ticket, direct => \&run_direct, cancel => \&cancel_ticket, complete => \&complete_tickets,
    files => \&apply_changes, read => \&read_file, fetch => \&fetch_file, probe => \&probe, facts => \&facts, bridge => \&bridge,
);

# Each request has a process of its own, so that none leaves anything behind for the next; this one only waits. The first answer is not kept
# waiting for what later ones need.
while (my ($kind, $request) = await_frame()) {
    -e $0 or exit 1;    # removed meanwhile: the caller comes again and installs it
    my ($operation, @arguments) = unpack '(N/a*)*', $request;
    $kind eq 'Q' && $sections{$operation} or fault('refused', 'this request is not known');
    my $pid = fork;
    defined $pid or os_fault('fork');
    if (!$pid) {
        need(@{ $sections{$operation} });
        $operations{$operation}->(@arguments);
        exit 0;
    }
    waitpid $pid, 0;
    $? == 0 or exit 1;
    need(qw(fence processes tickets direct files probe facts));
}
