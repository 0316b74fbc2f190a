import { readFile } from 'node:fs/promises'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/**
 * Addresses of the outside and of the host's uplink, from RFC 5737; those of IPv6, from RFC 3849, exist only on hosts with
 * the decoy `ipv6-on`.
 */
export const outside = {
  address: '203.0.113.10',
  uplink: 'wan0',
  hostAddress: '192.0.2.2',
  address6: '2001:db8:ffff::10',
  hostAddress6: '2001:db8:2::2',
  name: 'probe.test',
} as const

// Each server is a unit inside the namespace, so that systemd restarts it, also after a reboot.
const servers: Record<string, string> = {
  http: `/bin/busybox httpd -f -p ${outside.address}:80 -h /srv/dockfault`,
  dns:
    `/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --no-daemon --pid-file= ` +
    `--bind-interfaces --listen-address=${outside.address} --address=/${outside.name}/${outside.address}`,
  // One process, because socat with fork loses packets that arrive together. systemd needs $ doubled.
  'udp-echo':
    `/usr/bin/perl -MSocket -e 'socket(S, PF_INET, SOCK_DGRAM, 17); ` +
    `bind(S, sockaddr_in(7, inet_aton("${outside.address}"))) or die; ` +
    `while (1) { defined($$p = recv(S, $$b, 65535, 0)) and send(S, $$b, 0, $$p) }'`,
}

const namespaceUnit = `[Unit]
Description=dockfault: the outside network
DefaultDependencies=no
After=sysinit.target
Before=network-pre.target docker.service
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /usr/local/lib/dockfault/outside.sh up

[Install]
WantedBy=multi-user.target
`

const serverUnit = (name: string, command: string): string => `[Unit]
Description=dockfault: ${name} in the outside network
BindsTo=dockfault-outside.service
After=dockfault-outside.service

[Service]
NetworkNamespacePath=/run/netns/outside
ExecStart=${command}
Restart=on-failure
RestartSec=200ms

[Install]
WantedBy=multi-user.target
`

/** Builds the outside network on a host and checks that HTTP and DNS answer there. Throws LabError `host`. */
export async function buildOutside(host: Host): Promise<void> {
  const script = await readFile(new URL('./outside.sh', import.meta.url), 'utf8')
  const units = Object.entries(servers).map(([name, command]) => [
    `dockfault-${name}.service`,
    serverUnit(name, command),
  ])
  const files = [['dockfault-outside.service', namespaceUnit], ...units]
  await host.put('/usr/local/lib/dockfault/outside.sh', script, 0o755)
  await Promise.all(files.map(([name, text]) => host.put(`/etc/systemd/system/${name}`, text!)))
  const names = files.map(([name]) => name).join(' ')
  const started = await host.exec(
    `set -e
systemctl daemon-reload
systemctl enable --now ${names}
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  curl -fsS -m 2 -o /dev/null http://${outside.address}/ && getent ahostsv4 ${outside.name} >/dev/null && exit 0
  sleep 0.5
done
systemctl --no-pager status ${names} >&2
exit 1`,
    { deadlineMs: 30_000 },
  )
  if (started.code !== 0)
    throw new LabError('host', `the outside network of ${host.name} does not answer`, {
      facts: { code: started.code, stderr: started.stderr.slice(-2000) },
    })
}
