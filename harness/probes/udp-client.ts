import { outside } from '../outside/outside.ts'
import type { Probe } from './probe.ts'
import { runContainer } from './probe-containers.ts'

/** A container that answers each datagram, on hosts with the decoy `udp-client`. */
export const udpContainer = { name: 'probe-udp', port: 5300, to: 5000 } as const

const answered = '/run/dockfault/udp-answered'

// busybox serves no UDP, so the host's perl runs in the container.
const perl = (script: string): string => `/usr/bin/perl -MIO::Socket::INET -e '${script}'`
const server = `$s = IO::Socket::INET->new(Proto => "udp", LocalPort => ${udpContainer.to}) or die; $s->send("container") while $s->recv($b, 64)`
const client = `$s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "${outside.hostAddress}:${udpContainer.port}", LocalPort => 40001) or die;
while (1) { $s->send("x"); $r = ""; vec($r, fileno($s), 1) = 1; select($r, undef, undef, 0.3) and $s->recv($b, 64) and open(F, ">", "${answered}"); select(undef, undef, undef, 0.2) }`

/** Starts that container, with these options of `docker run`; POSIX sh. */
export const startUdpContainer = (options = ''): string =>
  runContainer(
    udpContainer.name,
    `${options} -p ${udpContainer.port}:${udpContainer.to}/udp -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro`,
    perl(server),
  )

/** Starts that container, and a client outside that sends to it twice a second from one port, for good; POSIX sh. */
export const startUdpClient = `mkdir -p /run/dockfault
${startUdpContainer()}
cat >/run/udp-client.sh <<'CLIENT'
exec ${perl(client)}
CLIENT
cat >/run/systemd/system/udp-client.service <<'UNIT'
[Unit]
BindsTo=dockfault-outside.service
After=dockfault-outside.service
[Service]
NetworkNamespacePath=/run/netns/outside
ExecStart=/bin/sh /run/udp-client.sh
Restart=always
UNIT
systemctl daemon-reload
systemctl start udp-client.service`

/**
 * Whether that client is answered. A new client has a new port and another connection, which is why the outcome of any
 * other probe shows nothing of it. It runs only where a scenario names it.
 */
export const udpClient: Probe = {
  name: 'udp-client',
  script: `systemctl is-active -q udp-client.service || { echo 'the host has no such client'; exit 3; }
started=$(mktemp)
trap 'rm -f $started' EXIT
for attempt in $(seq $((\${PATIENCE:-4} * 5))); do
  [ ${answered} -nt "$started" ] && exit 0
  sleep 0.2
done
exit 1`,
  failCodes: [1],
  deadlineMs: 20_000,
}
