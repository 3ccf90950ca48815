# Stands in the helper of a test server. Each place (a request, before its work or before its answer) is held once, until the test lets go or Slipway is gone.
my $gate_place = '';

sub gate_enter {
    my ($operation, @arguments) = @_;
    splice @arguments, 1, 1 if $operation =~ /\A(?:run|direct|cancel|complete|files)\z/;    # the epoch, which is another one after each kill
    @arguments = ($arguments[1]) if $operation =~ /\A(?:run|cancel)\z/;
    my $text = join "\0", @arguments;
    $gate_place = $operation =~ /\A(?:run|cancel)\z/ ? "$operation-$text" : "$operation-" . length($text) . '-' . unpack('%32C*', $text);
}

sub gate {
    my ($phase) = @_;
    return if $gate_place eq '' || !-e "/run/gate/on-$phase";
    my $place = "$phase-$gate_place";
    mkdir "/run/gate/seen/$place" or return;
    sysopen my $note, "/run/gate/note.$$", O_WRONLY | O_CREAT | O_TRUNC, 0600 or die "gate: $!\n";
    syswrite $note, $gate_client;
    close $note;
    rename "/run/gate/note.$$", "/run/gate/held/$place" or die "gate: $!\n";
    until ($ended || -e "/run/gate/go/$place" || !-e "/run/gate/on-$phase") { receive() if readable(0.01, \*STDIN) }
    unlink "/run/gate/held/$place";
    exit 0 if $ended && $phase eq 'before';    # it arrived, but nothing was done about it
}

