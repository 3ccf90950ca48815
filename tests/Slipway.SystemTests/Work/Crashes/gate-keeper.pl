# Tells the test which requests are held, and lets go of those that it names.
use strict;
$| = 1;
my %told;
while (1) {
    for my $path (glob '/run/gate/held/*') {
        next if $told{$path}++;
        open my $note, '<', $path or next;
        my ($place, $client) = ($path =~ m{([^/]+)\z}, <$note>);
        print "$place $client\n";
    }
    vec(my $bits = '', 0, 1) = 1;
    next if !select $bits, undef, undef, 0.01;
    sysread STDIN, my $names, 4096 or exit;
    for my $name (split /\n/, $names) { open my $go, '>', "/run/gate/go/$name" }
}
