import { outside } from '../outside/outside.ts'
import { patience } from '../probes/container.ts'
import { enter, probeContainers } from '../probes/containers.ts'
import { probes as cellProbes } from '../probes/index.ts'
import type { Probe } from '../probes/probe.ts'

/** Connects from a container to a service on the host, at the gateway's address. */
const hostService = (container: string, name: string, port: number): Probe => ({
  name,
  healthy: 'pass',
  // Checks on the host first that the service listens: otherwise a failure would prove nothing about a firewall.
  script: `timeout 15 socat TCP4-LISTEN:${port},reuseaddr,fork SYSTEM:'echo served' & listener=$!
trap 'kill $listener 2>/dev/null' EXIT
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(socat -u TCP4:127.0.0.1:${port} - 2>/dev/null)" = served ] && break
  [ $attempt = 10 ] && exit 3
  sleep 0.3
done
( ${enter(container, 'net')} sh -c 'timeout 6 socat -u TCP4:$(ip route | sed -n "s/^default via \\([0-9.]*\\).*/\\1/p"):${port},connect-timeout='${patience}' -' )`,
  failCodes: [1, 124],
  answer: /^served$/m,
  deadlineMs: 20_000,
})

const fetchOutside = `curl -sS --noproxy '*' -m ${patience} http://${outside.address}/ | grep -qx outside`

/** Egress from virtual machines; namespaces called vm stand in for them. Passes if there are none. */
const machines: Probe = {
  name: 'vm-egress',
  healthy: 'pass',
  script: `for name in $(ip netns list | sed -n 's/^\\(vm[^ ]*\\).*/\\1/p'); do
  ip netns exec "$name" ${fetchOutside} || { echo "$name"; exit 1; }
done`,
  failCodes: [1],
  deadlineMs: 20_000,
}

/** Egress from containers that the script has started. Passes if there are none. */
const containers: Probe = {
  name: 'other-egress',
  healthy: 'pass',
  script: `names=$(timeout 10 docker ps --format '{{.Names}}' | grep -v '^probe-')
for name in $names; do
  nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$name")" -n ${fetchOutside} || { echo "$name"; exit 1; }
done`,
  failCodes: [1],
  deadlineMs: 20_000,
}

/** Whether dockerd answers. The operations show what else a dockerd that hangs prevents. */
const daemon: Probe = {
  name: 'docker-exec',
  healthy: 'pass',
  script: `timeout -k 1 10 docker exec ${probeContainers.peer.name} echo done`,
  failCodes: [1, 124, 125],
  answer: /^done$/m,
  deadlineMs: 15_000,
}

/** The probes of cells whose healthy outcome is known, and further ones for hosts from the field. */
export const fieldProbes: readonly Probe[] = [
  ...cellProbes.filter(({ healthy }) => healthy !== undefined),
  hostService(probeContainers.default.name, 'host-service', 9997),
  hostService(probeContainers.user.name, 'user-host-service', 9998),
  machines,
  containers,
  daemon,
]
