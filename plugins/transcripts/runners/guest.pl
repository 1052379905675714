#!/usr/bin/perl -w
# The first process of a virtual machine: mounts file systems, then does what the host asks.
#
# Perl alone, as each program that is started costs a machine twenty milliseconds or more; and no
# module of its, as each file that is read costs some, too. A request is a line on the serial
# line: a number, a word, and arguments without blanks. It is answered by one line, which begins
# with a byte 1, as the terminal of that line echoes requests too.
#
# The host has put beside this file: "settings", and "calls", the numbers of system calls; "fstab"
# and "links", for what every machine has; "mounts", for what the post does; "user" and "root",
# the environments of their shells; and under numbers the texts that requests speak of.

use v5.12;    # has "use strict" without its file, as -w above is "use warnings"

# Linux has these numbers on all of our processors: fcntl.h, errno.h, asm/ioctls.h, wait.h.
sub O_RDWR ()     { 2 }
sub O_NOCTTY ()   { 0400 }
sub O_NONBLOCK () { 04000 }
sub O_CLOEXEC ()  { 02000000 }
sub O_PATH ()     { 010000000 }
sub EIO ()        { 5 }
sub TCGETS ()     { 0x5401 }
sub TCSETS ()     { 0x5402 }
sub TIOCSCTTY ()  { 0x540e }
sub FIONREAD ()   { 0x541b }
sub SEEK_END ()   { 2 }
sub TERMIOS ()    { 64 }               # bytes, more than a struct termios has
sub WNOHANG ()    { 1 }

# And these are arguments of system calls that Perl has no words for.
sub SIG_SETMASK ()         { 2 }
sub SIGSET ()              { 8 }       # bytes of a set of signals
sub NO_SIGNAL ()           { pack 'Q', 0 }
sub SIGCHLD ()             { pack 'Q', 1 << 17 - 1 }
sub RLIMIT_FSIZE ()        { 1 }
sub RLIMIT_CORE ()         { 4 }
sub RLIMIT_NPROC ()        { 6 }
sub PR_SET_NO_NEW_PRIVS () { 38 }
sub AT_FDCWD ()            { -100 }
sub RESOLVE_NO_SYMLINKS () { 4 }

sub PIECE () { 1 << 16 }               # bytes that are read at once

my ($here)   = $0 =~ m{\A(.*)/}s;
my %setting  = pairs('settings');
my %call     = pairs('calls');
my $line     = opened("/dev/$setting{line}", O_RDWR | O_NOCTTY);
my %answer   = (
    start => \&start, feed => \&feed, untouched => \&untouched, more => \&more,
    kill => \&end, take => \&take,
);
my %shell    = map { $_ => new_shell($_) } 1, 2;    # the user's, and root's
my @unwritten;                         # pairs of a handle and of bytes that it did not take yet
my $children;                          # a handle that can be read when a child has ended

main();

sub main {
    %ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    if (eval { prepare(); make_mounts(); watch_children(); 1 }) {
        answer(0, 'ready', lines('/proc/sys/kernel/osrelease'));
    }
    else {
        answer(0, split ' ', $@);
    }
    attend() while 1;
}

# Wait until there is something to do, and do it.
sub attend {
    my ($readable, $writable) = ('', '');
    vec($readable, fileno $_, 1) = 1 for $line, $children // ();
    vec($writable, fileno $_->[0], 1) = 1 for @unwritten;
    select $readable, $writable, undef, undef;
    bury() if $children && vec $readable, fileno $children, 1;
    write_on();
    hear() if vec $readable, fileno $line, 1;
}

# Do what is asked for. A request may come in pieces.
sub hear {
    state $heard = '';
    sysread $line, $heard, PIECE, length $heard or sleep 1;    # at the machine's end
    while ($heard =~ s/\A(.*)\n//) {
        my ($number, $word, $shell, @arguments) = split ' ', $1;
        next if !$shell;                                       # just a nudge
        answer($number, eval { $answer{$word}->($shell{$shell}, @arguments) } // "failed $@");
    }
}

sub answer {
    my $said = "\1@_\n";
    while (length $said) {
        substr $said, 0, syswrite($line, $said) // return, '';
    }
}

# --- Before the session ---------------------------------------------------------------------

sub prepare {
    for (lines("$here/fstab")) {
        my ($source, $target, $type, $data) = split ' ';
        mkdir $target;
        eval { call('mount', $source, $target, $type, 0, $data // '') } // die "failed $target: $@";
    }
    for (lines("$here/links")) {
        my ($link, $target) = split ' ';
        symlink $target, $link;
    }
    put('/proc/sys/kernel/hostname',    $setting{host});
    put('/proc/sys/kernel/threads-max', $setting{threads});
    put('/sys/class/net/lo/flags',      9);                    # IFF_LOOPBACK | IFF_UP
    chown $setting{uid}, -1, $shell{1}{terminal};
}

sub make_mounts {
    my @points;
    for (lines("$here/mounts")) {
        my ($index, @mount) = split ' ';
        my $said = make_mount(@mount);
        die "mount $index $said\n" if defined $said;
        push @points, $mount[2];
    }
    chown $setting{uid}, $setting{uid}, @points;    # of what is mounted read-only the owner stays
}

# What was said, where it failed.
sub make_mount {
    my ($kind, $device, $path, $options, @make) = @_;
    if (@make) {
        return "there is no $make[0]" if !grep { -x "$_/$make[0]" } split /:/, $ENV{PATH};
        my $said = said_by(@make, $device);
        return $said =~ s/Usage:.*//sr if defined $said;
    }
    # Through its loader, as a program with the setuid bit would run as its owner on this machine,
    # and that is not root.
    my @mount = ($setting{loader}, '/usr/bin/mount');
    my $log   = opened('/dev/kmsg', O_NONBLOCK);
    sysseek $log, 0, SEEK_END;
    my $said = said_by(@mount, '-t', $kind, '-o', $options, $device, $path) // return;
    $said = last_logged($log) // $said if $said =~ /bad option/;
    return $said =~ s/(?:dmesg\(1\)|Usage:).*//sr;
}

# What the kernel said last, if anything: each record is read by itself, "7,160,424069,-;text".
sub last_logged {
    my ($log) = @_;
    my ($last, $record);
    $last = $record while sysread $log, $record, PIECE;
    return $last && $last =~ s/\A[^;]*;([^\n]*).*/$1/sr;
}

# What a program said, if it failed.
sub said_by {
    my @command = @_;
    my $pid     = open(my $output, '-|') // return "$command[0]: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or exit 127;
    }
    my $said = join '', <$output>;
    return close $output ? undef : $said;
}

# From here on, the end of a child is not to be waited for but to be read.
sub watch_children {
    call('rt_sigprocmask', SIG_SETMASK, SIGCHLD, 0, SIGSET);
    $children = handle(call('signalfd4', -1, SIGCHLD, SIGSET, O_CLOEXEC | O_NONBLOCK));
}

# --- Requests -------------------------------------------------------------------------------

# Start a shell on a terminal of its own, in the place of any before it.
sub start { # TEXT: the text is what printf(1) shall make of the shell's death
    my ($shell, $text) = @_;
    $shell->{death} = contents("$here/$text") =~ s/\\([0-7]{3})/chr oct $1/ger;
    # For reading too, so that it has a reader and a writer whoever else there is.
    $shell->{pipe} //= opened($shell->{commands}, O_RDWR | O_NONBLOCK);
    @unwritten = grep { $_->[0] != $shell->{pipe} } @unwritten;
    1 while sysread $shell->{pipe}, my $unread, PIECE;         # by the dead shell
    if (!$shell->{modes}) {
        ioctl terminal($shell), TCGETS, $shell->{modes} = "\0" x TERMIOS;
    }
    # Read before the fork, after which each page that is written to is copied.
    my %environment = pairs($shell->{owner});
    my $pid         = fork // die "fork: $!";
    become($shell, \%environment) if !$pid;
    $shell->{pid} = $pid;
    return 'started';
}

sub feed { # TEXT
    my ($shell, $text) = @_;
    my $lines = contents("$here/$text");
    $shell->{fed} = length $lines;
    push @unwritten, [$shell->{pipe}, $lines];
    write_on();
    return 'fed';
}

# Has it read nothing of what it was fed last?
sub untouched {
    my ($shell) = @_;
    ioctl $shell->{pipe}, FIONREAD, my $unread = pack 'i', 0;
    my $count = unpack 'i', $unread;
    $count += length $_->[1] for grep { $_->[0] == $shell->{pipe} } @unwritten;
    return $count == $shell->{fed} ? 'yes' : 'no';
}

# Has it read all, and does it wait for more?
sub more {
    my ($shell) = @_;
    return 'no' if !$shell->{pid} || grep { $_->[0] == $shell->{pipe} } @unwritten;
    my ($state, $foreground) = look_at($shell);
    return 'no' if $state ne 'S' || $foreground != $shell->{pid};
    my $unread = '';
    vec($unread, fileno $shell->{pipe}, 1) = 1;
    return select($unread, undef, undef, 0) ? 'no' : 'yes';
}

sub end { # GROUP: "whole", or what is in the foreground
    my ($shell, $what) = @_;
    ioctl terminal($shell), TCSETS, $shell->{modes};
    if ($shell->{pid}) {
        my ($state, $foreground) = look_at($shell);
        my $group = $what eq 'whole' ? $shell->{pid} : $foreground;
        kill 'KILL', -$group if $group > 1;
    }
    return 'killed';
}

sub take { # TEXT LIMIT: the file that the text names, from where the shell is
    my ($shell, $text, $limit) = @_;
    my $data = eval { taken($shell, contents("$here/$text"), $limit) };
    chdir '/';
    return defined $data ? 'data ' . base64($data) : "refused $@" =~ s/\n//r;
}

sub taken {
    my ($shell, $path, $limit) = @_;
    $shell->{pid} && chdir "/proc/$shell->{pid}/cwd" or die "the shell has ended\n";
    # First without opening what it may be besides a file, which could have effects.
    my $how   = pack 'QQQ', O_PATH | O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS;
    my $found = handle(call('openat2', AT_FDCWD, length $path ? $path : '.', $how, length $how));
    my ($device, $links, $size) = (stat $found)[0, 3, 7];
    -f _ or die "it is no regular file\n";
    !grep { $device == (stat)[0] } '/', '/proc', '/sys', '/dev'
        or die "it lies outside of what the session can write\n";
    $links == 1 or die "it has more than one name; copy it instead of linking it\n";
    $size <= $limit or die "it has $size bytes, more than the limit of $limit\n";
    my $file = opened('/proc/self/fd/' . fileno $found);
    read $file, my ($data), $limit;
    return $data;
}

# Perl has no word for it, but one for an encoding with other letters.
sub base64 {
    my ($data)  = @_;
    my $missing = -length($data) % 3;
    my $encoded = pack('u', $data) =~ s/^.|\n//gmr;    # without the lengths of lines
    $encoded =~ tr{`!-_}{A-Za-z0-9+/};
    substr $encoded, length($encoded) - $missing, $missing, '=' x $missing;
    return $encoded;
}

# --- Shells ---------------------------------------------------------------------------------

sub new_shell {
    my ($number) = @_;
    return {
        owner    => $number == 1 ? 'user' : 'root',
        terminal => "/dev/$setting{terminals}$number",
        commands => "$here/commands$number",
    };
}

# Opened anew, as the death of a shell hangs up what was open; and kept open, so that the terminal
# stays what it is while no shell has it.
sub terminal {
    my ($shell) = @_;
    return $shell->{opened} = opened($shell->{terminal}, O_RDWR | O_NOCTTY | O_NONBLOCK);
}

# In a child: become a shell.
sub become {
    my ($shell, $environment) = @_;
    eval {
        call('rt_sigprocmask', SIG_SETMASK, NO_SIGNAL, 0, SIGSET);
        settle($shell->{terminal});
        limit(RLIMIT_CORE,  0);
        limit(RLIMIT_FSIZE, $setting{file_size});
        drop_privileges() if $shell->{owner} eq 'user';
        call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        %ENV = %$environment;
        chdir $ENV{HOME};
        exec { '/bin/bash' } qw(bash --noprofile --norc -i), $shell->{commands} or die "$!\n";
    };
    syswrite STDERR, "bash: $@";
    exit 127;
}

# Have a session of its own, and a terminal for it: the one of any session before it.
sub settle {
    my ($terminal) = @_;
    call('setsid');
    open STDIN, '+<', $terminal or die "$terminal: $!\n";
    ioctl STDIN, TIOCSCTTY, 1 or die "$terminal: $!\n";
    open STDOUT, '>&', \*STDIN;
    open STDERR, '>&', \*STDIN;
}

sub drop_privileges {
    my $id = 0 + $setting{uid};
    limit(RLIMIT_NPROC, $setting{processes});
    call('setgroups', 0, 0);
    call('setresgid', $id, $id, $id);
    call('setresuid', $id, $id, $id);
}

sub limit {
    my ($resource, $most) = @_;
    call('prlimit64', 0, $resource, pack('QQ', $most, $most), 0);
}

# The state of a shell, and the process group that its terminal has in the foreground.
sub look_at {
    my ($shell) = @_;
    return (split ' ', contents("/proc/$shell->{pid}/stat") =~ s/.*\)//sr)[0, 5];
}

# Take leave of children that have ended; and where it was a shell, tell.
sub bury {
    sysread $children, my $unused, PIECE;
    while ((my $pid = waitpid -1, WNOHANG) > 0) {
        my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        for (grep { ($_->{pid} // 0) == $pid } values %shell) {
            $_->{pid} = 0;
            push @unwritten, [terminal($_), sprintf $_->{death}, $status];
        }
    }
}

# --- Files ----------------------------------------------------------------------------------

# Write what can be written at once; the rest when there is room for it.
sub write_on {
    for (@unwritten) {
        my ($to) = @$_;
        my $count = syswrite $to, $_->[1];
        if (defined $count) { substr $_->[1], 0, $count, '' }
        elsif ($! == EIO) { $_->[1] = '' }    # a terminal that was hung up
    }
    @unwritten = grep { length $_->[1] } @unwritten;
}

sub pairs {
    my ($name) = @_;
    return map { split /=/, $_, 2 } lines("$here/$name");
}

sub lines { return split /\n/, contents(@_) }

sub contents {
    my ($path) = @_;
    return join '', readline opened($path);
}

sub put {
    my ($path, $text) = @_;
    open my $file, '>', $path or return warn "$path: $!\n";
    syswrite $file, "$text\n";
}

sub opened {
    my ($path, $flags) = @_;
    sysopen my $file, $path, $flags // 0 or die "$path: $!\n";
    return $file;
}

sub handle {
    my ($descriptor) = @_;
    open my $handle, '<&=', $descriptor or die "$!\n";
    return $handle;
}

# A system call by its name.
sub call {
    my ($name, @arguments) = @_;
    my $result = syscall $call{$name}, @arguments;
    die lc "$!\n" if $result == -1;
    return $result;
}
