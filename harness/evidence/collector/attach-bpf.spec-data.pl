# Attaches a BPF program that lets all packets pass, says so, and holds it until it is ended:
#   tcx IFINDEX ATTACH_TYPE
#   netfilter FAMILY HOOK PRIORITY
# The numbers are those of linux/bpf.h; the system call's is x86-64's.
use strict;
use warnings;
my ($kind, @place) = @ARGV;
my $is_tcx = $kind eq 'tcx';
sub address_of { return unpack('J', pack('P', $_[0])) }

# r0 = TCX_NEXT or NF_ACCEPT; exit
my $code = pack('C C s l', 0xb7, 0, 0, $is_tcx ? -1 : 1) . pack('C C s l', 0x95, 0, 0, 0);
my $license = "GPL\0";
my ($type, $attach) = $is_tcx ? (3, $place[1]) : (32, 45);
my $load = pack('L2 Q2', $type, 2, address_of($code), address_of($license)) . "\0" x 44 . pack('L', $attach) . "\0" x 56;
my $program = syscall(321, 5, $load, length $load);
die "load: $!\n" if $program < 0;
my $link =
  $is_tcx
  ? pack('L4', $program, $place[0], $attach, 0) . "\0" x 48
  : pack('L6 l L', $program, 0, $attach, 0, @place, 0) . "\0" x 32;
die "attach: $!\n" if syscall(321, 28, $link, length $link) < 0;
$| = 1;
print "attached\n";
sleep 60;
