
# Reads a request's programs and who runs them; all that can be refused is refused before anything starts.
sub read_work {
    my ($packed) = @_;
    my ($deadline, $grace, $has_input, $is_heavy, $directory, $user, $environment, $programs) = unpack '(N/a*)*', $packed;
    my %work = (deadline => $deadline / 1000, grace => $grace / 1000, has_input => $has_input, is_heavy => $is_heavy, directory => $directory, user => $user);
    $work{programs} = [map { [unpack '(N/a*)*', $_] } unpack '(N/a*)*', $programs];
    my %given = unpack '(N/a*)*', $environment;
    my $argument_list = grep { grep { /\0/ } @$_ } @{ $work{programs} };
    my $other = grep { /\0/ } $directory, $user, %given;
    fault('refused', 'an argument, a directory, a user or a variable holds a NUL, which no program can be given') if $argument_list || $other;
    fault('refused', 'a variable has no name, or one with = in it') if grep { $_ eq '' || /=/ } keys %given;
    fault('refused', 'there is no program to run') if !@{ $work{programs} } || grep { !@$_ || $_->[0] eq '' } @{ $work{programs} };
    my (undef, undef, $uid, $gid, undef, undef, undef, $home) = getpwnam $user;
    defined $uid or fault('refused', "there is no user $user on the machine");
    @work{qw(uid gid groups)} = ($uid, $gid, [groups_of($user, $gid)]);
    $work{environment} = { PATH => $ENV{PATH}, HOME => $home, LANG => 'C.UTF-8', %given };
    return \%work;
}

sub groups_of {
    my ($user, $gid) = @_;
    my %groups = ($gid => 1);
    while (my (undef, undef, $id, $members) = getgrent) {
        $groups{$id} = 1 if grep { $_ eq $user } split / /, $members;
    }
    endgrent;
    return sort keys %groups;
}

# Starts a program in a process group of its own.
sub start_program {
    my ($work, $program, $input, $output) = @_;
    my $pid = fork;
    return $pid if $pid;
    defined $pid or return 0;
    $SIG{$_} = 'DEFAULT' for qw(PIPE CHLD TERM USR1);
    setpgrp 0, 0;
    open STDOUT, '>&', $output;
    open STDERR, '>&', $output;
    open STDIN, $input ? '<&' : '<', $input || '/dev/null';
    my $why = become($work);
    if (!$why) {
        local $^W = 0;    # says once what went wrong, below
        exec { $program->[0] } @$program or $why = "cannot run $program->[0]: $!";
    }
    my $code = $! == $ENOENT ? 127 : 126;
    syswrite STDERR, "slipway: $why\n";
    exit $code;
}

sub become {
    my ($work) = @_;
    my ($uid, $gid) = @$work{qw(uid gid)};
    $( = $gid;
    $) = join ' ', $gid, @{ $work->{groups} };
    ($<, $>) = ($uid, $uid);
    return "cannot become $work->{user}: $!" if $< != $uid || $> != $uid || (split / /, $()[0] != $gid;
    # as the user, so that nobody is put where they may not go
    chdir $work->{directory} or return "cannot enter $work->{directory}: $!";
    %ENV = %{ $work->{environment} };
    return '';
}

# A pipe that belongs to the user, or /dev/stdout could not be opened by the program.
sub output_pipe {
    my ($work) = @_;
    $> = $work->{uid};
    my $made = pipe my $reader, my $writer;
    $> = 0;
    $made or os_fault('pipe');
    fcntl $reader, F_SETFL, O_NONBLOCK;
    return ($reader, $writer);
}

# A handle that becomes readable when a signal came, as select does not see one that came just before it.
sub wake_on_signals {
    my (%flags) = @_;
    pipe(my $reader, my $writer) or os_fault('pipe');
    fcntl $_, F_SETFL, O_NONBLOCK for $reader, $writer;
    $SIG{CHLD} = sub { syswrite $writer, '.' };
    for my $name (keys %flags) {
        $SIG{$name} = sub { ${ $flags{$name} } = 1; syswrite $writer, '.' };
    }
    return $reader;
}

sub exit_code { my ($status) = @_; return $status & 127 ? 128 + ($status & 127) : $status >> 8 }

# Processes of a control group and of those below it.
sub members {
    my ($group) = @_;
    my $content = slurp("$group/cgroup.procs");
    return () if !defined $content;
    my @found = grep { $_ } split /\n/, $content;
    opendir my $directory, $group or return @found;
    for my $name (grep { !/^\./ } readdir $directory) {
        push @found, members("$group/$name") if -d "$group/$name" && !-l "$group/$name";
    }
    return @found;
}

# Ends all processes of a control group but one; says whether none is left. $meanwhile runs between looks.
sub end_group {
    my ($group, $grace, $spared, $meanwhile) = @_;
    my $until = now() + $grace;
    my $signal = 'TERM';
    while (now() < $until + 5) {
        my @left = grep { $_ != $spared } members($group);
        return 1 if !@left;
        $signal = 'KILL' if now() >= $until;
        kill $signal, @left if $signal;
        $signal = '' if $signal eq 'TERM';
        $meanwhile->();
        select undef, undef, undef, 0.01;
    }
    return 0;
}

sub own_group {
    my $text = slurp('/proc/self/cgroup');
    my ($path) = $text =~ /^\d+:name=systemd:(.*)$/m;
    ($path) = $text =~ /^0::(.*)$/m if !defined $path;
    my ($group) = grep { -e "$_/cgroup.procs" } map { "/sys/fs/cgroup$_$path" } '/systemd', '', '/unified';
    return $group || '';
}
