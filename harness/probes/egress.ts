import { outside } from '../outside/outside.ts'
import { inContainer, patience } from './container.ts'
import { enter } from './containers.ts'
import type { Probe } from './probe.ts'

/** From a container to the outside: TCP, UDP, ICMP, a name, and a transfer larger than any window; one group. */
export const egress = (container: string, group: string): Probe[] =>
  [
    inContainer(container, {
      name: `${group}-tcp`,
      command: `wget -q -O - http://${outside.address}/`,
      answer: /^outside$/m,
    }),
    udpEcho(container, `${group}-udp`),
    inContainer(container, { name: `${group}-icmp`, command: `ping -c 1 -W 30 ${outside.address}` }),
    inContainer(container, {
      name: `${group}-dns`,
      command: `nslookup -type=a ${outside.name}`,
      answer: new RegExp(`Address.*${outside.address.replaceAll('.', '\\.')}\\s*$`, 'm'),
    }),
    inContainer(container, {
      name: `${group}-large`,
      command: `wget -q -O - http://${outside.address}/large`,
      digest: 'wc -c',
      answer: /^524288$/m,
    }),
  ].map((probe) => ({ ...probe, group }))

// Sends up to three times, because any network may lose a datagram.
const perl = `use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Proto => "udp", PeerAddr => "${outside.address}:7") or exit 1;
for (1 .. 3) {
  $socket->send("echoed\\n");
  my $ready = "";
  vec($ready, fileno($socket), 1) = 1;
  next unless select($ready, undef, undef, $ARGV[0] / 3);
  defined $socket->recv(my $answer, 64) or exit 1;
  print $answer;
  exit 0;
}
exit 1`

// Debian's busybox nc has no UDP, so the host's perl sends from inside the container's network namespace.
const udpEcho = (container: string, name: string): Probe => ({
  name,
  healthy: 'pass',
  script: `${enter(container, 'net')} perl -e '${perl}' ${patience}`,
  failCodes: [1],
  answer: /^echoed$/m,
  deadlineMs: 20_000,
})
