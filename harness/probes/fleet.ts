import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { fleet, probeImage } from './probe-containers.ts'

export { fleet, probeImage } from './probe-containers.ts'

const serve = `sh -c 'mkdir -p /www && echo container >/www/index.html && exec httpd -f -p 80 -h /www'`
const run = (name: string, options: string, command = serve): string =>
  `docker run -d --init --restart always --name ${name} ${options} ${probeImage} ${command}`

// Each tool against loopback alone: what fails here is a broken tool, never a broken network. No server answers
// nslookup there, and it would ask for five seconds.
const selfTest = `httpd -p 127.0.0.1:8099 -h / || exit 1
timeout 5 wget -q -O /dev/null http://127.0.0.1:8099/bin/busybox || { echo "wget: $?"; exit 1; }
timeout 5 nc -w 2 127.0.0.1 8099 </dev/null || { echo "nc: $?"; exit 1; }
timeout 5 ping -c 1 127.0.0.1 >/dev/null || { echo "ping: $?"; exit 1; }
timeout 1 nslookup 127.0.0.1 127.0.0.1 >/dev/null 2>&1; case $? in 0|1|143);; *) echo "nslookup crashed"; exit 1;; esac`

const names = Object.values(fleet).map(({ name }) => name)

/**
 * Writes down which process is which container's, once for all probes of a stage. `docker exec` would do it for each,
 * but it takes seconds under emulation, and asks a daemon whose absence is no proof that a container has no network.
 */
export const writeRoster = `mkdir -p /run/dockfault
systemctl is-active -q docker.service || exit 0
timeout 20 docker inspect -f '{{.Name}} {{.State.Pid}}' ${names.join(' ')} >/run/dockfault/roster.new 2>/dev/null
# A dockerd that hangs lists nobody, and its containers run on.
[ ! -s /run/dockfault/roster.new ] || mv /run/dockfault/roster.new /run/dockfault/roster`

const flags = { mount: '-m', net: '-n', uts: '-u', ipc: '-i' }

/** The head of a command line that runs the rest inside a container, or ends with 1 where that container does not run. */
export const enter = (container: string, namespaces: 'net' | 'mount,net,uts,ipc'): string =>
  `pid=$(sed -n 's|^/${container} ||p' /run/dockfault/roster 2>/dev/null)
[ "\${pid:-0}" -gt 0 ] && [ -e "/proc/$pid" ] || { echo 'the container ${container} does not run'; exit 1; }
# The containers' programs are in /bin, which a newer systemd leaves out of its services' path.
PATH=$PATH:/bin exec nsenter -t "$pid" ${namespaces
    .split(',')
    .map((name) => flags[name as keyof typeof flags])
    .join(' ')}`

/** Starts the probe containers on a healthy host and tests their tools once. Throws LabError `probe`. */
export async function startFleet(host: Host): Promise<void> {
  const started = await host.exec(
    `set -e
docker image inspect ${probeImage} >/dev/null 2>&1 || docker load -q -i /var/lib/dockfault/busybox.tar
docker network create --subnet 172.30.1.0/24 -o com.docker.network.bridge.name=br-probe-a probe-a
docker network create --subnet 172.30.2.0/24 -o com.docker.network.bridge.name=br-probe-b probe-b
# Side by side: each takes seconds under emulation.
${run(fleet.default.name, `-p ${fleet.default.port}:80`)} & a=$!
${run(fleet.user.name, `--network probe-a --ip 172.30.1.10 -p ${fleet.user.port}:80`)} & b=$!
${run(fleet.peer.name, `--network probe-a --ip ${fleet.peer.address}`)} & c=$!
${run(fleet.other.name, `--network probe-b --ip ${fleet.other.address}`)} & d=$!
${run(fleet.host.name, '--network host', 'sleep 2147483647')} & e=$!
for job in $a $b $c $d $e; do wait $job; done
docker exec ${fleet.peer.name} sh -c '${selfTest}'`,
    { deadlineMs: 60_000 },
  )
  if (started.code !== 0)
    throw new LabError('probe', `the probe containers of ${host.name} did not start`, {
      facts: { code: started.code, stdout: started.stdout.slice(-500), stderr: started.stderr.slice(-1500) },
    })
}

/**
 * Waits, bounded, for the host to come to rest: no start or stop of dockerd pending or under way and, where it runs, the
 * containers back and no rule changed for a second (dockerd answers a reload of firewalld in its own time). A host that
 * stays broken is a result for the probes to tell, not an error here.
 */
export async function settle(host: Host): Promise<void> {
  await host.exec(
    `rules() { { iptables-save; nft -s list ruleset; } 2>/dev/null | grep -v '^[:#]' | cksum; }
last= same=0 left=40
# Only a dockerd that runs is given up on: under emulation the start alone takes half a minute.
while [ $left -gt 0 ]; do
  case $(echo $(systemctl show -p ActiveState -p SubState docker.service)) in
    *=auto-restart*) ;;
    # Between the two halves of a restart the unit is inactive as well, and the other half is a queued job.
    *ActiveState=failed*|*ActiveState=inactive*)
      systemctl list-jobs --no-legend | grep -q ' docker.' || exit 0;;
    *ActiveState=active*)
      left=$((left - 1))
      now=$(rules)
      [ "$now" = "$last" ] && same=$((same + 1)) || same=0
      last=$now
      if [ $same -ge 2 ]; then
        running=$(timeout 20 docker ps -q --filter status=running --filter name=^probe-)
        # One that hangs will not come to rest.
        [ $? = 124 ] && exit 0
        [ "$(echo "$running" | grep -c .)" -ge ${names.length} ] && exit 0
      fi;;
  esac
  sleep 0.5
done`,
    { deadlineMs: 60_000 },
  )
}
