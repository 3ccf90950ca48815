
if (@ARGV == 2 && $ARGV[0] eq 'exec') {
    need('processes', 'supervise');
    supervise($ARGV[1]);
    exit 0;
}
$is_answering = 1;
$spoke = now();
write_all(\*STDOUT, "\0SLIPWAY1\n") or exit 1;
$> == 0 or fault('notroot', 'the helper does not run as root');
my ($kind, $request) = await_frame() or exit 0;
my ($operation, @arguments) = unpack '(N/a*)*', $request;
my %sections = (
    run => ['fence', 'processes', 'tickets'], direct => ['processes', 'direct'], cancel => ['fence', 'processes', 'tickets'],
    complete => ['fence', 'tickets'], files => ['fence', 'files'], read => ['files'], probe => ['probe'], facts => ['facts'],
);
$kind eq 'Q' && $sections{$operation} or fault('refused', 'this request is not known');
need(@{ $sections{$operation} });
my %operations = (
    run => \&run_ticket, direct => \&run_direct, cancel => \&cancel_ticket, complete => \&complete_tickets,
    files => \&apply_changes, read => \&read_file, probe => \&probe, facts => \&facts,
);
$operations{$operation}->(@arguments);
