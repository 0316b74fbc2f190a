# Runs scripts side by side. It reads requests from standard input and answers on standard output. With a path as argument
# that file is both: a port of the machine, whose other end may disconnect and connect again. A request is one of
#   <name> run <seconds> <patience, 0 for none> <bytes of script> <bytes of input>
# (a line, followed by script and input) and
#   <name> present <seconds> <nanoseconds> <seed>
# which sets the clock and reseeds the kernel's random numbers: machines restored from one state would otherwise draw the
# same ones. Answers come in the order in which scripts end:
#   <name> <exit code> <bytes of output> <bytes of error output>
# followed by both outputs. Output goes through files, so that a daemon started by a script holds no pipe open.
use strict;
use warnings;
use POSIX ();

my ($port) = @ARGV;
if (defined $port) {
  my $tries = 50;
  # The port appears shortly after the machine has started.
  until (open(STDIN, '+<', $port)) {
    die "$port: $!" unless $tries--;
    select(undef, undef, undef, 0.1);
  }
  # Duplicates the descriptor, because a handle made from a reading one cannot write.
  POSIX::dup2(0, 1);
}
my $dir = -w '/run' ? '/run' : '/tmp';
chdir '/root';
%ENV = (
  HOME => '/root', LC_ALL => 'C.UTF-8', USER => 'root', LOGNAME => 'root',
  PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
);
binmode STDIN;
binmode STDOUT;
# The children answer themselves, so they are not waited for.
$SIG{CHLD} = 'IGNORE';

# Bytes that were read but not used yet. Perl's own buffer does not work: when a child replaces STDIN and becomes a shell,
# Perl moves that file back by the size of the buffer.
my $ahead = '';

while (1) {
  my ($name, $verb, @words) = eval { request() } or next;
  if ($verb eq 'present') {
    answer($name, present(@words));
    next;
  }
  my $one = fork;
  if (defined $one && !$one) {
    $SIG{CHLD} = 'DEFAULT';
    answer($name, run(@words));
    POSIX::_exit(0);
  }
}

sub request {
  more() while index($ahead, "\n") < 0;
  my ($name, $verb, @words) = split ' ', take(1 + index($ahead, "\n"));
  return ($name, $verb, @words[0, 1], take($words[2]), take($words[3])) if $verb eq 'run';
  return ($name, $verb, @words);
}

sub more {
  return if sysread(STDIN, $ahead, 1 << 16, length $ahead);
  exit 0 unless defined $port;
  # Nobody holds the other end of the port: what there is of a request, its rest will never come.
  $ahead = '';
  select(undef, undef, undef, 0.01);
  die "left\n";
}

sub take {
  my ($length) = @_;
  more() while length $ahead < $length;
  return substr($ahead, 0, $length, '');
}

# A file without a name.
sub scratch {
  my ($kind) = @_;
  my $path = "$dir/dockfault.$$.$kind";
  open(my $file, '+>', $path) or die "$path: $!";
  unlink $path;
  binmode $file;
  return $file;
}

sub run {
  my ($seconds, $patience, $script, $input) = @_;
  my ($in, $out, $err) = map { scratch($_) } qw(in out err);
  syswrite($in, $input);
  sysseek($in, 0, 0);
  defined(my $pid = fork) or die "fork: $!";
  if (!$pid) {
    # A session of its own, so that a deadline ends all that the script started.
    POSIX::setsid();
    $ENV{PATIENCE} = $patience if $patience;
    open(STDIN, '<&', $in);
    open(STDOUT, '>&', $out);
    open(STDERR, '>&', $err);
    exec { '/bin/sh' } 'sh', '-c', $script or POSIX::_exit(127);
  }
  my $late = 0;
  local $SIG{ALRM} = sub { kill($late++ ? 'KILL' : 'TERM', -$pid); alarm 2 };
  alarm $seconds;
  while (waitpid($pid, 0) != $pid) { }
  my $status = $?;
  alarm 0;
  kill('KILL', -$pid) if $late;
  my $signal = $status & 127;
  return ($late ? 124 : $signal ? 128 + $signal : $status >> 8, said($out, 8 << 20), said($err, 1 << 20));
}

# 227 is clock_settime on x86-64, 0 CLOCK_REALTIME, 0x5207 RNDRESEEDCRNG. Source: asm/unistd_64.h, linux/random.h.
sub present {
  my ($seconds, $nanoseconds, $seed) = @_;
  return (0, '', '') if eval {
    syscall(227, 0, pack('q2', $seconds, $nanoseconds)) == 0 or die "clock_settime: $!\n";
    open(my $random, '+<', '/dev/urandom') or die "urandom: $!\n";
    syswrite($random, $seed) && ioctl($random, 0x5207, 0) or die "urandom: $!\n";
    1;
  };
  return (1, '', $@);
}

sub said {
  my ($file, $most) = @_;
  sysseek($file, 0, 0);
  my ($bytes, $read) = ('', 1);
  $read = sysread($file, $bytes, $most - length $bytes, length $bytes) while $read && length $bytes < $most;
  return $bytes;
}

sub answer {
  my ($name, $code, $out, $err) = @_;
  open(my $lock, '>>', "$dir/dockfault.lock");
  flock($lock, 2);
  my $bytes = join(' ', $name, $code, length $out, length $err) . "\n$out$err";
  my $at = 0;
  while ($at < length $bytes) {
    my $written = syswrite(STDOUT, $bytes, length($bytes) - $at, $at);
    return unless defined $written;
    $at += $written;
  }
}
