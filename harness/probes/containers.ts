import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { ipv6Container, joinedContainer, probeContainers, probeImage, runContainer } from './probe-containers.ts'

export { probeContainers, probeImage } from './probe-containers.ts'

// Each tool uses loopback only, so a failure is a broken tool and never a broken network. No server answers nslookup
// there, so it is cut off after one second.
const selfTest = `httpd -p 127.0.0.1:8099 -h / || exit 1
timeout 5 wget -q -O /dev/null http://127.0.0.1:8099/bin/busybox || { echo "wget: $?"; exit 1; }
timeout 5 nc -w 2 127.0.0.1 8099 </dev/null || { echo "nc: $?"; exit 1; }
timeout 5 ping -c 1 127.0.0.1 >/dev/null || { echo "ping: $?"; exit 1; }
timeout 1 nslookup 127.0.0.1 127.0.0.1 >/dev/null 2>&1; case $? in 0|1|143);; *) echo "nslookup crashed"; exit 1;; esac`

const names = Object.values(probeContainers).map(({ name }) => name)

// A dockerd that a signal has stopped answers nobody: there is nothing to wait for.
const unlessStopped =
  "! grep -qs '^State:.T' /dev/null $(pidof dockerd | sed 's|[0-9][0-9]*|/proc/&/status|g') || exit 0"

/**
 * Records the process of each container, once for all probes of a stage. `docker exec` in each probe takes seconds under
 * emulation, and needs a daemon: without one a container may still have its network.
 */
export const listProbeContainers = `mkdir -p /run/dockfault
systemctl is-active -q docker.service || exit 0
${unlessStopped}
timeout 20 docker inspect -f '{{.Name}} {{.State.Pid}}' ${[...names, ipv6Container.name, joinedContainer.name].join(' ')} >/run/dockfault/roster.new 2>/dev/null || :
# A dockerd that hangs lists no container, but its containers still run.
[ ! -s /run/dockfault/roster.new ] || mv /run/dockfault/roster.new /run/dockfault/roster`

const flags = { mount: '-m', net: '-n', uts: '-u', ipc: '-i' }

/** The start of a command line that runs the rest inside a container. It exits with 1 where the container does not run. */
export const enter = (container: string, namespaces: 'net' | 'mount,net,uts,ipc'): string =>
  `pid=$(sed -n 's|^/${container} ||p' /run/dockfault/roster 2>/dev/null)
[ "\${pid:-0}" -gt 0 ] && [ -e "/proc/$pid" ] || { echo 'the container ${container} does not run'; exit 1; }
# The containers' programs are in /bin, which newer systemd leaves out of the PATH of services.
PATH=$PATH:/bin exec nsenter -t "$pid" ${namespaces
    .split(',')
    .map((name) => flags[name as keyof typeof flags])
    .join(' ')}`

/**
 * Starts the probe containers on a healthy host with this many user networks, and tests their tools once. With one network
 * the container on the other one is missing. Throws LabError `probe`.
 */
export async function startProbeContainers(host: Host, networks = 2): Promise<void> {
  const create = (word: string | number, index: number): string =>
    `docker network create --subnet 172.30.${index + 1}.0/24 -o com.docker.network.bridge.name=br-probe-${word} probe-${word}`
  const started = await host.exec(
    `set -e
docker image inspect ${probeImage} >/dev/null 2>&1 || docker load -q -i /var/lib/dockfault/busybox.tar
${['a', 'b', 3, 4, 5, 6, 7, 8].slice(0, networks).map(create).join('\n')}
# Side by side: each takes seconds under emulation.
${runContainer(probeContainers.default.name, `-p ${probeContainers.default.port}:80`)} & a=$!
${runContainer(probeContainers.user.name, `--network probe-a --ip ${probeContainers.user.address} -p ${probeContainers.user.port}:80`)} & b=$!
${runContainer(probeContainers.peer.name, `--network probe-a --ip ${probeContainers.peer.address}`)} & c=$!
${networks > 1 ? `${runContainer(probeContainers.other.name, `--network probe-b --ip ${probeContainers.other.address}`)} & d=$!` : 'd='}
${runContainer(probeContainers.host.name, '--network host', 'sleep 2147483647')} & e=$!
for job in $a $b $c $d $e; do wait $job; done
docker exec ${probeContainers.peer.name} sh -c '${selfTest}'
# The probes may first run when dockerd no longer lists them.
${listProbeContainers}`,
    { deadlineMs: 60_000 },
  )
  if (started.code !== 0)
    throw new LabError('probe', `the probe containers of ${host.name} did not start`, {
      facts: { code: started.code, stdout: started.stdout.slice(-500), stderr: started.stderr.slice(-1500) },
    })
}

/**
 * Waits for the host to settle, at most a minute. No start or stop of dockerd is pending; where dockerd runs, the
 * containers are back and no rule has changed for a second (dockerd reacts to a reload of firewalld after a while). A
 * host that stays broken is no error here: the probes report it.
 */
export async function settle(host: Host): Promise<void> {
  await host.exec(
    `rules() { { iptables-save; nft -s list ruleset; } 2>/dev/null | grep -v '^[:#]' | cksum; }
last= same=0 left=40
# The limit counts only while dockerd is active: under emulation its start alone takes half a minute.
while [ $left -gt 0 ]; do
  case $(echo $(systemctl show -p ActiveState -p SubState docker.service)) in
    *=auto-restart*) ;;
    # Between the stop and the start of a restart the unit is inactive too; the start is then a queued job.
    *ActiveState=failed*|*ActiveState=inactive*)
      systemctl list-jobs --no-legend | grep -q ' docker.' || exit 0;;
    *ActiveState=active*)
      left=$((left - 1))
      now=$(rules)
      [ "$now" = "$last" ] && same=$((same + 1)) || same=0
      last=$now
      if [ $same -ge 2 ]; then
        ${unlessStopped}
        running=$(timeout 20 docker ps -q --filter status=running --filter name=^probe-)
        # A dockerd that hangs will not settle.
        [ $? = 124 ] && exit 0
        [ "$(echo "$running" | grep -c .)" -ge ${names.length} ] && exit 0
      fi;;
  esac
  sleep 0.5
done`,
    { deadlineMs: 60_000 },
  )
}
