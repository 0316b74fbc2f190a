# Makes network namespaces, and sends real packets between them. One request a line on standard input:
#   make NAME...                                   new namespaces, each held by a process: "made NAME PID ..."
#   serve NAME tcp|udp ADDRESS PORT                a server that echoes
#   proxy NAME ADDRESS PORT ADDRESS PORT           a TCP server that forwards, as docker-proxy does
#   flow ID NAME tcp|udp|icmp SOURCE|- ADDRESS PORT BYTES NEED   NEED is connect, banner or echo
#   go MILLISECONDS                                sends all flows: "result ID END" each, then "done"
#   build STEPS ERR                                runs a file's steps, complaints to another file: "built". Its lines:
#                                                  "in NAME" enters a namespace, "set PATH VALUE" is a setting, "do WORDS"
#                                                  a tool, "or" the same in parts where it fails; lines of input start with <
#   run SCRIPT OUT ERR [NAME]                      a sh script, there or outside, its output to files: "ran"
#   attend SCRIPT OUT ERR NAME                     the same, and the servers answer meanwhile
#   drop                                           removes everything: "dropped"
# Everything ends with this process, and this process ends with its standard input.
use strict;
use warnings;
use Socket qw(:all);
use POSIX qw(WNOHANG);
use IO::Handle;

use constant { SETNS => 308, UNSHARE => 272, PRCTL => 157, CLONE_NEWNET => 0x40000000 };
STDOUT->autoflush(1);
$SIG{PIPE} = 'IGNORE';
# Its listeners on the host represent Docker's proxy.
$0 = 'docker-proxy';
# With this setting, namespaces have their own hash tables, so that a list of sockets does not read the whole machine's.
# A kernel without this setting is slower.
syscall(UNSHARE, CLONE_NEWNET) == 0 or die "unshare: $!";
for ('tcp_child_ehash_entries', 'udp_child_hash_entries') {
    open(my $setting, '>', "/proc/sys/net/ipv4/$_") or next;
    print $setting 128;
}
our (%namespaces, $home, %holders, @servers, @flows, %peers);
open($home, '<', '/proc/self/ns/net') or die $!;
require(__FILE__ =~ s{[^/]+$}{agent-flows.pl}r);

sub enter { my $fd = shift; syscall(SETNS, fileno($fd), CLONE_NEWNET) == 0 or die "setns: $!" }

sub make {
    for my $name (@_) {
        pipe(my $ready, my $done) or die $!;
        my $pid = fork() // die $!;
        if (!$pid) {
            syscall(PRCTL, 1, 9, 0, 0, 0);
            syscall(UNSHARE, CLONE_NEWNET) == 0 or die "unshare: $!";
            $0 = "held-$name";
            syswrite($done, '+');
            close $done;
            sleep 3600 while 1;
        }
        close $done;
        sysread($ready, my $got, 1) or die "the namespace $name was not made";
        open(my $fd, '<', "/proc/$pid/ns/net") or die $!;
        ($namespaces{$name}, $holders{$name}) = ($fd, $pid);
    }
    print 'made ', join(' ', map { "$_ $holders{$_}" } @_), "\n";
}

sub fed {
    my ($words, $input, $quiet) = @_;
    my $pid = open(my $pipe, '|-') // die $!;
    if (!$pid) {
        $SIG{PIPE} = 'DEFAULT';
        open(STDOUT, '>', '/dev/null') or die $!;
        open(STDERR, '>', '/dev/null') or die $! if $quiet;
        exec split(' ', $words) or die $!;
    }
    print $pipe $input;
    return close $pipe;
}

sub devices {
    enter($namespaces{$_[0]});
    open(my $list, '<', '/proc/net/dev') or die $!;
    return map { /^\s*(\S+):/ ? $1 : () } <$list>;
}

# A link that is up passes nothing until the kernel has checked it, which takes a second on a busy machine. A query for
# its state makes the kernel check it. Source: linux/net/ethtool/ioctl.c, ethtool_op_get_link (SIOCETHTOOL, ETHTOOL_GLINK).
sub watch {
    socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die $!;
    my $value = pack('LL', 0x0a, 0);
    my $request = pack('a16 P x16', $_[0], $value);
    ioctl($socket, 0x8946, $request);
}

sub build {
    my ($path, $err) = @_;
    open(my $steps, '<', $path) && open(my $usual, '>&', \*STDERR) && open(STDERR, '>', $err) or die $!;
    my (@parts, $words);
    my $do = sub {
        my ($first, @others) = @parts;
        @parts = ();
        return if !defined $first || fed($words, $first, scalar @others);
        fed($words, $_) for @others;
    };
    while (my $line = <$steps>) {
        if ($line =~ s/^<//) { $line =~ s{\$(\w+)}{/proc/$holders{$1}/ns/net}g if $words =~ /^ip /; $parts[-1] .= $line; next }
        chomp $line;
        if ($line eq 'or') { push @parts, ''; next }
        $do->();
        if ($line =~ /^in (\w+)/) { enter($namespaces{$1}) }
        elsif ($line =~ /^set (\S+) (.*)/) {
            # A setting that this kernel lacks or refuses becomes a complaint.
            my ($name, $value) = ($1, $2);
            my $ok = open(my $setting, ">", "/proc/sys/net/$name");
            $ok &&= syswrite($setting, "$value\n");
            print STDERR "$name: $!\n" unless $ok;
        }
        elsif ($line =~ /^do (.*)/) {
            ($words, @parts) = ($1, '');
            # A port keeps the state that is set only after the kernel has checked its link.
            if ($words =~ /^bridge /) { watch($_) for devices('host') }
        }
    }
    $do->();
    # Bridges come after their ports: a bridge has a carrier when one of its ports has.
    for my $name (sort(keys %namespaces), 'host') { watch($_) for devices($name) }
    enter($home);
    open(STDERR, '>&', $usual) or die $!;
    print "built\n";
}

# The script gets variables for the namespaces and their holders: $NAME is a path, $NAME_pid a process.
sub script {
    my ($attends, $path, $out, $err, $name) = @_;
    my $pid = fork() // die $!;
    if (!$pid) {
        enter($namespaces{$name}) if defined $name;
        ($ENV{$_}, $ENV{"${_}_pid"}) = ("/proc/$holders{$_}/ns/net", $holders{$_}) for keys %holders;
        $SIG{PIPE} = 'DEFAULT';
        open(STDIN, '<', '/dev/null') && open(STDOUT, '>', $out) && open(STDERR, '>', $err) or die $!;
        exec 'sh', $path or die $!;
    }
    while ($attends && waitpid($pid, WNOHANG) == 0) {
        my $read = '';
        vec($read, fileno $_->{socket}, 1) = 1 for @servers, values %peers;
        respond($read) if select($read, undef, undef, 0.05) > 0;
    }
    waitpid $pid, 0 unless $attends;
    print "ran\n";
}

sub drop {
    @servers = @flows = ();
    %peers = ();
    close $_ for values %namespaces;
    kill 9, $_ for values %holders;
    waitpid $_, 0 for values %holders;
    %namespaces = %holders = ();
    print "dropped\n";
}

while (my $line = <STDIN>) {
    my ($verb, @words) = split ' ', $line;
    if ($verb eq 'make') { make(@words) }
    elsif ($verb eq 'serve') { serve('echo', @words) }
    elsif ($verb eq 'proxy') { serve('proxy', $words[0], 'tcp', @words[1 .. 4]) }
    elsif ($verb eq 'flow') { my %flow; @flow{qw(id name protocol source address port bytes need)} = @words; push @flows, \%flow }
    elsif ($verb eq 'go') { run(@words) }
    elsif ($verb eq 'build') { build(@words) }
    elsif ($verb eq 'run') { script(0, @words) }
    elsif ($verb eq 'attend') { script(1, @words) }
    elsif ($verb eq 'drop') { drop() }
}
kill 9, $_ for values %holders;
