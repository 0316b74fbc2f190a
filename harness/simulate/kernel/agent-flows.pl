# Servers, and the packets sent to them: a part of agent.pl, in whose namespaces they are.
use strict;
use warnings;
use Socket qw(:all);
use Fcntl;
use Errno qw(EINPROGRESS EAGAIN ECONNREFUSED);
use Time::HiRes qw(time);

use constant MTU_DISCOVER => 10;
our (%namespaces, $home, @servers, @flows, %peers);

sub endpoint {
    my ($address, $port) = @_;
    return $address =~ /:/ ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address));
}

sub opened {
    my ($name, $address, $type, $protocol) = @_;
    enter($namespaces{$name});
    my $socket;
    my $ok = socket($socket, $address =~ /:/ ? AF_INET6 : AF_INET, $type | SOCK_NONBLOCK | SOCK_CLOEXEC, $protocol);
    my $why = $!;
    enter($home);
    die "socket: $why" unless $ok;
    return $socket;
}

sub serve {
    my ($kind, $name, $protocol, $address, $port, @target) = @_;
    my $socket = opened($name, $address, $protocol eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0);
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt($socket, 41, 26, 1) if $address =~ /:/;
    setsockopt($socket, 0, MTU_DISCOVER, 0) if $protocol eq 'udp';
    # Nothing serves an address that this host does not have (any more).
    return unless bind($socket, endpoint($address, $port));
    listen($socket, 64) if $protocol eq 'tcp';
    push @servers, { kind => $kind, protocol => $protocol, socket => $socket, name => $name, target => \@target };
}

sub checksum {
    my $sum = 0;
    $sum += $_ for unpack('n*', $_[0]);
    $sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
    return ~$sum & 0xffff;
}

sub start {
    my $flow = shift;
    my ($id, $name, $protocol, $source, $address, $port, $bytes) = @{$flow}{qw(id name protocol source address port bytes)};
    my $six = $address =~ /:/;
    my $type = $protocol eq 'tcp' ? SOCK_STREAM : $protocol eq 'udp' ? SOCK_DGRAM : SOCK_RAW;
    my $socket = $flow->{socket} = opened($name, $address, $type, $protocol eq 'icmp' ? ($six ? 58 : 1) : 0);
    setsockopt($socket, 0, MTU_DISCOVER, 0) if $protocol ne 'tcp';
    return $flow->{end} = 'unreachable' if $source ne '-' && !bind($socket, endpoint($source, 0));
    if (!connect($socket, endpoint($address, $protocol eq 'icmp' ? 0 : $port)) && $! != EINPROGRESS) {
        return $flow->{end} = $! == ECONNREFUSED ? 'refused' : 'unreachable';
    }
    if ($protocol eq 'udp') { send($socket, 'x' x $bytes, 0) // ($flow->{end} = 'unreachable') }
    if ($protocol eq 'icmp') {
        my $head = pack('CCnnn', $six ? 128 : 8, 0, 0, $id + 1000, 1);
        my $body = 'x' x $bytes;
        my $sum = $six ? 0 : checksum($head . $body . (length($body) % 2 ? "\0" : ''));
        substr($head, 2, 2) = pack('n', $sum);
        send($socket, $head . $body, 0) // ($flow->{end} = 'unreachable');
    }
    $flow->{connecting} = $protocol eq 'tcp';
}

sub heard {
    my $flow = shift;
    my ($socket, $protocol, $six) = ($flow->{socket}, $flow->{protocol}, $flow->{address} =~ /:/);
    if ($flow->{connecting}) {
        my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
        return $flow->{end} = $error == ECONNREFUSED ? 'refused' : 'unreachable' if $error;
        $flow->{connecting} = 0;
        return $flow->{end} = 'answered' if $flow->{need} eq 'connect';
        $flow->{left} = $flow->{need} eq 'banner' ? 1 : $flow->{bytes} + 1;
        syswrite($socket, 'x' x $flow->{bytes}) if $flow->{need} eq 'echo';
        return;
    }
    my $got = sysread($socket, my $data, 65536);
    if (!defined $got) {
        return if $! == EAGAIN;
        return $flow->{end} = $! == ECONNREFUSED ? 'refused' : 'unreachable';
    }
    if ($protocol eq 'icmp') {
        my $packet = $six ? $data : substr($data, 4 * (ord($data) & 15));
        my ($type, undef, undef, $id) = unpack('CCnn', $packet);
        $flow->{end} = 'answered' if $type == ($six ? 129 : 0) && $id == $flow->{id} + 1000;
        return;
    }
    return $flow->{end} = 'answered' if $protocol eq 'udp';
    return $flow->{end} = 'refused' if $got == 0;
    $flow->{left} -= $got;
    $flow->{end} = 'answered' if $flow->{left} <= 0;
}

sub answer {
    my $server = shift;
    if ($server->{protocol} eq 'udp') {
        my $from = recv($server->{socket}, my $data, 65536, 0);
        send($server->{socket}, $data, 0, $from) if $from;
        return;
    }
    accept(my $peer, $server->{socket}) or return;
    fcntl($peer, F_SETFL, O_NONBLOCK);
    if ($server->{kind} ne 'proxy') {
        syswrite($peer, 'b');
        return $peers{fileno $peer} = { socket => $peer, to => $peer };
    }
    my ($address, $port) = @{$server->{target}};
    my $behind = opened($server->{name}, $address, SOCK_STREAM, 0);
    return if !connect($behind, endpoint($address, $port)) && $! != EINPROGRESS;
    $peers{fileno $peer} = { socket => $peer, to => $behind };
    $peers{fileno $behind} = { socket => $behind, to => $peer };
}

sub relay {
    my $peer = shift;
    my $got = sysread($peer->{socket}, my $data, 65536);
    return if !defined $got && $! == EAGAIN;
    if (!$got) {
        my $other = $peer->{to};
        delete $peers{fileno $_} for $peer->{socket}, $other;
        return;
    }
    syswrite($peer->{to}, $data);
}

sub respond {
    my $read = shift;
    for (@servers) { answer($_) if vec($read, fileno $_->{socket}, 1) }
    for (values %{ { %peers } }) { my $fd = fileno $_->{socket}; relay($_) if defined $fd && vec($read, $fd, 1) && $peers{$fd} }
}

sub run {
    my $deadline = time + shift() / 1000;
    start($_) for @flows;
    while (1) {
        my @open = grep { !$_->{end} } @flows;
        my $left = $deadline - time;
        last if !@open || $left <= 0;
        my ($read, $write) = ('', '');
        vec($read, fileno $_->{socket}, 1) = 1 for @servers, values %peers;
        for (@open) { vec($_->{connecting} ? $write : $read, fileno $_->{socket}, 1) = 1 }
        select($read, $write, undef, $left) > 0 or next;
        respond($read);
        for (@open) { my $fd = fileno $_->{socket}; heard($_) if vec($read, $fd, 1) || vec($write, $fd, 1) }
    }
    print "result $_->{id} ", $_->{end} // 'silent', "\n" for @flows;
    (@flows, %peers) = ();
    print "done\n";
}

1;
