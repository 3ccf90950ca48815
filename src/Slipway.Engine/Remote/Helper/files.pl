
# Goes to the directory of a path, one part after another, and returns the last part. Nobody but root may lead the way elsewhere:
# a link on the way must be root's, and what was looked at must be what was entered.
sub walk {
    my ($path, $makes_parents) = @_;
    $path =~ m{\A/[^\0]*\z}s or fault('refused', 'a path is not absolute, or holds a NUL');
    my @parts = grep { $_ ne '' } split m{/}, $path;
    fault('refused', "$path has . or .. in it") if grep { $_ eq '.' || $_ eq '..' } @parts;
    @parts or fault('refused', 'the root directory is not to be changed');
    my $last = pop @parts;
    chdir '/' or os_fault('cannot enter /');
    for my $part (@parts) {
        my @before = lstat $part;
        if (!@before && $! == $ENOENT && $makes_parents) {
            mkdir $part, 0755 or $! == $EEXIST or os_fault("cannot make the way to $path");
            @before = lstat $part;
        }
        return undef if !@before && $! == $ENOENT;
        @before or os_fault("cannot reach $path");
        if (S_ISLNK($before[2])) {
            $before[4] == 0 or fault('refused', "the way to $path leads over a link that is not root's");
            @before = stat $part;
        }
        return undef if !$makes_parents && @before && !S_ISDIR($before[2]);
        chdir $part or os_fault("cannot reach $path");
        my @after = stat '.';
        $before[0] == $after[0] && $before[1] == $after[1] or fault('refused', "the way to $path changed under way");
    }
    return $last;
}

sub apply_changes {
    my ($stack, $epoch, @changes) = @_;
    my $fence = fence($stack, $epoch);
    my %kinds = (file => \&write_file, directory => \&make_directory, link => \&make_link, remove => \&remove);
    my @changed;
    for my $change (@changes) {
        beat();
        my ($kind, $path, @rest) = unpack '(N/a*)*', $change;
        my $name = walk($path, $kind ne 'remove');
        push @changed, $path if defined $name && $kinds{$kind}->($path, $name, @rest);
    }
    send_result(@changed);
}

sub owner_ids {
    my ($owner, $group) = @_;
    my $uid = getpwnam $owner;
    my $gid = getgrnam $group;
    defined $uid or fault('refused', "there is no user $owner on the machine");
    defined $gid or fault('refused', "there is no group $group on the machine");
    return ($uid, $gid);
}

sub is_as_wanted {
    my ($entry, $mode, $uid, $gid) = @_;
    return ($entry->[2] & 07777) == $mode && $entry->[4] == $uid && $entry->[5] == $gid;
}

sub write_file {
    my ($path, $name, $mode, $owner, $group, $content) = @_;
    my ($uid, $gid) = owner_ids($owner, $group);
    my @old = lstat $name;
    fault('refused', "$path is a directory, not a file") if @old && S_ISDIR($old[2]);
    return 0 if @old && S_ISREG($old[2]) && $old[7] == length $content && is_as_wanted(\@old, $mode, $uid, $gid) && slurp($name) eq $content;
    my $fresh = ".slipway.$$.new";
    unlink $fresh;
    sysopen my $file, $fresh, O_WRONLY | O_CREAT | O_EXCL | O_SYNC, 0600 or os_fault("cannot write $path");
    return 1 if chown($uid, $gid, $file) && chmod($mode, $file) && write_pieces($file, $content) && close $file and rename $fresh, $name;
    my $number = $! + 0;
    unlink $fresh;
    $! = $number;
    os_fault("cannot write $path");
}

# With signs of life in between: on a slow disk a large file takes longer than the other side waits.
sub write_pieces {
    my ($file, $content) = @_;
    for (my $at = 0; $at < length $content; $at += 1 << 20) {
        write_all($file, substr $content, $at, 1 << 20) or return 0;
        beat();
    }
    return 1;
}

sub make_directory {
    my ($path, $name, $mode, $owner, $group) = @_;
    my ($uid, $gid) = owner_ids($owner, $group);
    my @old = lstat $name;
    fault('refused', "$path is there, but is not a directory") if @old && !S_ISDIR($old[2]);
    return 0 if @old && is_as_wanted(\@old, $mode, $uid, $gid);
    if (!@old) { mkdir $name, 0700 or os_fault("cannot make $path") }
    sysopen my $directory, $name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or os_fault("cannot open $path");
    chown($uid, $gid, $directory) && chmod($mode, $directory) or os_fault("cannot set owner and mode of $path");
    return 1;
}

sub make_link {
    my ($path, $name, $target) = @_;
    fault('refused', "the target of $path is empty or holds a NUL") if $target eq '' || $target =~ /\0/;
    my @old = lstat $name;
    fault('refused', "$path is a directory, not a link") if @old && S_ISDIR($old[2]);
    return 0 if @old && S_ISLNK($old[2]) && readlink $name eq $target;
    my $fresh = ".slipway.$$.new";
    unlink $fresh;
    symlink $target, $fresh or os_fault("cannot make $path");
    return 1 if rename $fresh, $name;
    my $number = $! + 0;
    unlink $fresh;
    $! = $number;
    os_fault("cannot make $path");
}

sub remove {
    my ($path, $name) = @_;
    $path =~ m{\A/+[^/]+/+[^/]} or fault('refused', "$path is too close to the root to be removed");
    my @old = lstat $name;
    return 0 if !@old;
    remove_entry($path, $name, @old);
    return 1;
}

sub remove_entry {
    my ($path, $name, @old) = @_;
    beat();
    if (!S_ISDIR($old[2])) {
        unlink $name or $! == $ENOENT or os_fault("cannot remove $path");
        return;
    }
    chdir $name or os_fault("cannot enter $path");
    my @inside = stat '.';
    $inside[0] == $old[0] && $inside[1] == $old[1] or fault('refused', "$path changed under way");
    opendir my $listing, '.' or os_fault("cannot list $path");
    for my $entry (grep { $_ ne '.' && $_ ne '..' } readdir $listing) {
        my @found = lstat $entry;
        remove_entry("$path/$entry", $entry, @found) if @found;
    }
    chdir '..' or os_fault("cannot leave $path");
    my @outside = lstat $name;
    @outside && $outside[1] == $old[1] or fault('refused', "$path changed under way");
    rmdir $name or os_fault("cannot remove $path");
}

# A regular file, opened; nothing where there is none.
sub open_file {
    my ($path) = @_;
    my $name = walk($path, 0);
    return undef if !defined $name;
    my @found = lstat $name;
    return undef if !@found && $! == $ENOENT;
    fault('refused', "$path is a link that is not root's") if @found && S_ISLNK($found[2]) && $found[4] != 0;
    my $follows = @found && S_ISLNK($found[2]) ? 0 : O_NOFOLLOW;
    my $is_open = sysopen my $file, $name, O_RDONLY | O_NONBLOCK | $follows;
    return undef if !$is_open && $! == $ENOENT;
    $is_open or os_fault("cannot read $path");
    -f $file or fault('refused', "$path is not a regular file");
    return $file;
}

# Sends a file from an offset on, as fast as the caller takes it in.
sub fetch_file {
    my ($path, $offset) = @_;
    my $file = open_file($path) || fault('refused', "there is no file $path");
    sysseek $file, $offset, 0;
    my $acknowledged = $offset;
    until ($ended) {
        while (!$ended && $offset - $acknowledged < $WINDOW) {
            my $count = sysread $file, my $data, 1 << 16;
            defined $count or os_fault("cannot read $path");
            return send_result() if !$count;
            send_frame('O', pack('Q>', $offset) . $data);
            $offset += $count;
        }
        receive() if readable($BEAT, \*STDIN);
        while (my ($kind, $payload) = take_frame()) {
            $acknowledged = unpack 'Q>', $payload if $kind eq 'A';
        }
    }
}

sub read_file {
    my ($path, $most) = @_;
    my $file = open_file($path) || return send_result(0);
    my $content = '';
    while (sysread $file, $content, 1 << 16, length $content) {
        fault('refused', "$path is larger than $most bytes") if length $content > $most;
    }
    send_result(1, $content);
}
