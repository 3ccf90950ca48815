
sub facts {
    my %release = map { /\A(\w+)=(["']?)(.*)\2\z/ ? ($1, $3) : () } split /\n/, slurp('/etc/os-release') || '';
    my ($memory) = (slurp('/proc/meminfo') || '') =~ /^MemTotal:\s+(\d+) kB/m;
    $memory *= 1024;
    for my $path ('/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes') {
        my $limit = slurp($path);
        $memory = $1 if defined $limit && $limit =~ /\A(\d{1,18})\n/ && $1 < $memory;
    }
    my (undef, $disk) = capture('df', '--output=avail', '-B1', '/var');
    my ($free) = $disk =~ /(\d+)\s*\z/;
    my (undef, $cores) = capture('nproc');
    my (undef, $architecture) = capture('dpkg', '--print-architecture');
    my $host = slurp('/proc/sys/kernel/hostname');
    chomp($cores, $architecture, $host);
    send_result(map({ defined $_ ? $_ : '' } @release{qw(ID VERSION_ID VERSION_CODENAME)}), $architecture, $host, $cores, $memory, $free || 0,
        boot_id(), -d '/run/systemd/system' ? 1 : 0, addresses());
}

# Without the bridges of containers, which lead nowhere else.
sub addresses {
    my ($status, $text) = capture('ip', '-o', 'addr', 'show', 'scope', 'global');
    my @found = map { m{^\d+: (\S+)\s+inet6? ([0-9a-f.:]+)} && $1 !~ /^(docker|br-|veth|virbr)/ ? $2 : () } split /\n/, $text;
    if ($status != 0) {
        (undef, $text) = capture('hostname', '-I');
        @found = grep { /\A[0-9a-f.:]+\z/ } split ' ', $text;
    }
    return ((grep { !/:/ } @found), (grep { /:/ } @found));
}
