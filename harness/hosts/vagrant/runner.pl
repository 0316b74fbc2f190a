# Runs scripts for whoever holds the other ends of its standard input and output, side by side. Reads requests
#   <name> <seconds> <patience, 0 for none> <bytes of script> <bytes of input>
# each a line, followed by both, and answers in the order in which the scripts end:
#   <name> <exit code> <bytes of output> <bytes of error output>
# followed by both. Output goes through files: a daemon that a script leaves behind holds no pipe.
use strict;
use warnings;
use POSIX ();

my $dir = -w '/run' ? '/run' : '/tmp';
chdir '/root';
%ENV = (
  HOME => '/root', LC_ALL => 'C.UTF-8', USER => 'root', LOGNAME => 'root',
  PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
);
binmode STDIN;
binmode STDOUT;
# Nobody waits for those that answer.
$SIG{CHLD} = 'IGNORE';

# What has been read and not yet taken. Perl's own buffer of STDIN would, when a child has another STDIN and becomes a
# shell, move that file back by as much as the buffer holds of later requests.
my $ahead = '';

while (1) {
  more() while index($ahead, "\n") < 0;
  my $request = take(1 + index($ahead, "\n"));
  my ($name, $seconds, $patience, $length, $input_length) = split ' ', $request;
  my $script = take($length);
  my $input = take($input_length);
  my $one = fork;
  if (defined $one && !$one) {
    $SIG{CHLD} = 'DEFAULT';
    answer($name, run($script, $input, $seconds, $patience));
    POSIX::_exit(0);
  }
}

sub more {
  sysread(STDIN, $ahead, 1 << 16, length $ahead) or exit 0;
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
  my ($script, $input, $seconds, $patience) = @_;
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
