# Read by /usr/bin/perl from standard input: puts the helper in its place. Behind the end mark come its name's hash, its size, and itself.
use strict;
use Fcntl;
$SIG{PIPE} = 'IGNORE';
umask 022;
binmode STDOUT;
$| = 1;

sub answer { my ($kind, @items) = @_; print $kind, pack('N/a*', pack '(N/a*)*', @items); exit 0 }

sub failed {
    my ($what) = @_;
    my ($number, $text) = ($! + 0, "$!");
    answer('F', (grep { $_ == $number } 28, 30, 122) ? 'storage' : 'failed', "$what: $text");
}

print "\0SLIPWAY1\n";
$> == 0 or answer('F', 'notroot', 'the login is not root');
-d '/run/systemd/system' or answer('F', 'unsupported', 'it does not run systemd');
open my $release, '<', '/etc/os-release' or answer('F', 'unsupported', 'it has no /etc/os-release');
my ($id) = join('', <$release>) =~ /^ID=["']?([^"'\n]*)/m;
$id = 'unknown' if !defined $id;
$id =~ /\A(debian|ubuntu)\z/ or answer('F', 'unsupported', "its distribution is $id");

my ($hash, $size) = split ' ', <main::DATA>;
my $helper = '';
read main::DATA, $helper, $size;
length $helper == $size or answer('F', 'failed', 'the helper did not arrive in full');
my $folder = '/usr/local/lib/slipway';
for my $part ('/usr/local', '/usr/local/lib', $folder) {
    -d $part or mkdir $part, 0755 or $! == 17 or failed("cannot make $part");
}
my ($owner, $mode) = (lstat $folder)[4, 2];
$owner == 0 && ($mode & 0170022) == 0040000 or answer('F', 'failed', "$folder must be a directory that only root may write to");
my $path = "$folder/helper-$hash";
my $fresh = "$path.$$";
unlink $fresh;
sysopen my $file, $fresh, O_WRONLY | O_CREAT | O_EXCL, 0700 or failed("cannot write $fresh");
my $count = syswrite $file, $helper;
if (!defined $count || $count != $size || !chmod(0755, $file) || !close $file || !rename $fresh, $path) {
    my $number = $! || 28;
    unlink $fresh;
    $! = $number;
    failed("cannot write $path");
}
answer('R');
__END__
