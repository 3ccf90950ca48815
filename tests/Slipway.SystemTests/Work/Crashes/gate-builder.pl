# Puts the gate into the helper: arguments are its path and the gate's text.
use strict;
my ($path, $gate) = @ARGV;
open my $old, '<', $path or die "$path: $!\n";
my $text = join '', <$old>;
if ($text !~ /^sub gate_enter /m) {
    $text =~ s/^%ENV = /my \$gate_client = (split ' ', \$ENV{SSH_CONNECTION} || '0 0')[1];\n%ENV = /m or die "no environment\n";
    $text =~ s/^sub now /${gate}sub now /m or die "no first sub\n";
    $text =~ s/(return if \$ended \|\| !\$is_answering;\n)/$1    gate(\$kind eq 'S' ? 'begun' : 'ended') if \$kind eq 'S' || \$kind eq 'R';\n/ or die "no answer\n";
    $text =~ s/(\$operations\{\$operation\}->\(\@arguments\);)/gate_enter(\$operation, \@arguments); gate('before'); $1/ or die "no operation\n";
}
mkdir $_ for map { "/run/gate$_" } '', '/seen', '/held', '/go';
rmdir $_ or unlink $_ for glob '/run/gate/{seen,held,go}/*';
open my $new, '>', "$path.new" or die "$path.new: $!\n";
print $new $text;
close $new or die "$path.new: $!\n";
chmod 0755, "$path.new";
rename "$path.new", $path or die "$path: $!\n";
