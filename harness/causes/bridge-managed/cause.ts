import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { isOn, type NetworkFile, nameOf, networkFileOf, valuesOf } from '../../cause/network-file.ts'
import { restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { gatewayOf } from '../../simulate/intent.ts'

/** systemd-networkd manages Docker’s devices by a file of its own, and so undoes what dockerd has set up. */
export const bridgeManaged = defineCause({
  id: 'bridge-managed',
  title: 'systemd-networkd manages Docker’s bridges or its containers’ links',
  needs: ['units', 'boot-files', 'links', 'addresses', 'routes'],
  byFlows: true,
  detect(facts) {
    const unit = facts.units['systemd-networkd.service']
    // What it did stays when it stops.
    if (unit?.active !== 'active' && !unit?.activeSinceUs) return absent('systemd-networkd has not run since boot')
    if (!facts.docker.answers) return unknown('dockerd does not answer, so its bridges are unknown')
    const { bridges, ports } = managed(facts)
    const harms = harmsOf(facts)
    const detached = ports.filter(({ file }) => takesOut(file))
    if (harms.length === 0 && (detached.length === 0 || unit.active !== 'active'))
      return absent(
        bridges.length + ports.length === 0
          ? 'systemd-networkd leaves Docker’s devices alone'
          : 'what systemd-networkd does to Docker’s devices stops nothing',
      )
    const files = [...new Set((harms.length > 0 ? harms : detached).map(({ file }) => file))]
    const by = files.map(({ file }) => file).join(', ')
    const what = [...new Set(harms.map(({ what }) => what))].join(' and ')
    return present({
      // Somebody may have removed an address by hand.
      confidence: harms.some(({ isProven }) => isProven) || harms.length === 0 ? 'certain' : 'likely',
      active: `systemd-networkd manages Docker’s devices, because ${by} matches them: it ${what}.`,
      latent: `systemd-networkd manages the links of containers, because ${by} matches them. Its next restart takes them out of their bridges.`,
      evidence: [
        ...files.flatMap(({ file, lines }) =>
          lines.map(({ section, key, value }) => ({ from: file, line: `[${section}] ${key}=${value}` })),
        ),
        ...[...new Set(harms.map(({ line }) => line))].map((line) => ({
          from: 'ip -d link, ip address, ip route',
          line,
        })),
      ],
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => harmOf(drop, flow, facts) !== undefined),
  remedies: {
    'leave-docker-alone': {
      title: 'Let systemd-networkd leave Docker’s devices alone, then let dockerd set them up again',
      steps: (facts) => [
        unmanage(facts),
        'systemctl try-restart systemd-networkd.service',
        ...takeBack(facts),
        restartDocker,
      ],
      cost: 'containers restarted',
      // With live-restore the links outlive dockerd, so it does not make them again.
      when: ({ docker }) => docker.config['live-restore'] !== true && !docker.command.includes('--live-restore'),
      restartsDocker: true,
    },
  },
  temptations: {
    'restart-docker': restarting({
      when: (facts) => managed(facts).ports.some(({ file }) => takesOut(file)),
      why: 'dockerd sets up its devices, and the next restart of systemd-networkd takes the links of containers out of their bridges again.',
    }),
    'restart-networkd': {
      title: 'Restart systemd-networkd',
      steps: () => ['systemctl restart systemd-networkd.service'],
      cost: 'none',
      why: 'It reads the same file, and does the same again.',
    },
    'stop-networkd': {
      title: 'Stop systemd-networkd',
      steps: () => ['systemctl stop systemd-networkd.socket systemd-networkd.service'],
      cost: 'the host’s own links lose their manager',
      when: (facts) => harmsOf(facts).length > 0,
      why: 'It leaves the devices as they are.',
    },
  },
})

interface Harm {
  file: NetworkFile
  /** What networkd did, for people. */
  what: string
  line: string
  isProven: boolean
}

/** Docker’s bridges and the host’s ends of containers’ links, each with the file by which networkd manages it. */
const managed = oncePer((facts: Facts) => {
  const { docker, containers, links } = facts
  const inside = new Set(containers.flatMap((own) => own.links.flatMap(({ peerIndex }) => peerIndex ?? [])))
  const withFile = links.flatMap((link) => {
    const file = networkFileOf(link, facts)
    return file ? [{ link, file }] : []
  })
  return {
    bridges: withFile.flatMap((each) => {
      const network = docker.networks.find(({ bridge }) => bridge === each.link.name)
      return network ? [{ ...each, network }] : []
    }),
    ports: withFile.filter(({ link }) => link.kind === 'veth' && inside.has(link.index)),
  }
})

const takesOut = (file: NetworkFile): boolean =>
  !isOn(file, 'Network', 'KeepMaster') && valuesOf(file, 'Network', 'Bridge').length === 0

const harmsOf = oncePer((facts: Facts): Harm[] =>
  droppedFlows(facts, (drop, flow) => harmOf(drop, flow, facts) !== undefined).flatMap(
    ({ drop, flow }) => harmOf(drop, flow, facts) ?? [],
  ),
)

/** What networkd did to a device that ends a flow. */
function harmOf(
  { end, setting, neighbour, address }: Drop,
  { bridge, container }: Flow,
  facts: Facts,
): Harm | undefined {
  const { bridges, ports } = managed(facts)
  const own = facts.containers.find((each) => each.container === container)?.links ?? []
  // A bridge without ports has no carrier.
  const port = ports.find(
    ({ link, file }) =>
      takesOut(file) &&
      link.master === undefined &&
      (setting?.name === `${link.name} master` ||
        (setting?.name === bridge && own.some(({ peerIndex }) => peerIndex === link.index))),
  )
  if (end === 'no-link' && port)
    return {
      file: port.file,
      what: 'took links of containers out of their bridges',
      line: `${port.link.name} has no master`,
      isProven: true,
    }
  const routed = bridges.find(
    ({ link, file }) => setting?.value === `dev ${link.name}` && isRouteOf(link.name, file, facts),
  )
  if (end === 'wrong-bridge' && setting?.name === 'ip route default' && routed)
    return {
      file: routed.file,
      what: `gave ${routed.link.name} a default route`,
      line: `default dev ${routed.link.name}`,
      isProven: true,
    }
  const home = bridges.find(({ link }) => link.name === bridge)
  if (
    !home ||
    home.link.addresses.includes(gatewayOf(home.network)) ||
    givesAddress(home.file, gatewayOf(home.network))
  )
    return undefined
  const isLost =
    (end === 'no-neighbour' && neighbour?.address === gatewayOf(home.network)) ||
    (end === 'no-route' && address !== undefined && inPrefix(address, home.network.subnet))
  return isLost
    ? {
        file: home.file,
        what: `removed the address of ${bridge}`,
        line: `${bridge} has no address ${gatewayOf(home.network)}`,
        isProven: false,
      }
    : undefined
}

const givesAddress = (file: NetworkFile, address: string): boolean =>
  [...valuesOf(file, 'Network', 'Address'), ...valuesOf(file, 'Address', 'Address')].some((each) =>
    each.startsWith(`${address}/`),
  )

/** Whether a file makes networkd add a bridge’s default route. */
const isRouteOf = (bridge: string, file: NetworkFile, { routes }: Facts): boolean =>
  routes.some(
    ({ dst, dev, gateway, protocol }) =>
      dst === 'default' &&
      dev === bridge &&
      (protocol === 'dhcp'
        ? valuesOf(file, 'Network', 'DHCP').some((value) => !/^(no|false|0|off|ipv6)$/i.test(value))
        : [...valuesOf(file, 'Network', 'Gateway'), ...valuesOf(file, 'Route', 'Gateway')].includes(gateway ?? '')),
  )

/** Writes a file ahead of all that match, for the devices that dockerd makes and will make. */
function unmanage(facts: Facts): string {
  const { bridges, ports } = managed(facts)
  const first = [...bridges, ...ports].map(({ file }) => nameOf(file.file)).sort()[0] ?? ''
  const name = ['10', '00', '!'].map((start) => `${start}-docker-unmanaged.network`).find((each) => each < first)
  const names = [...new Set(['docker0', ...facts.docker.networks.map(({ bridge }) => bridge)])]
  return `cat >'/etc/systemd/network/${name ?? '!-docker-unmanaged.network'}' <<'FILE'
[Match]
Name=${names.join(' ')} br-???????????? veth???????

[Link]
Unmanaged=yes
FILE`
}

/** Removes what networkd added to the bridges. */
const takeBack = (facts: Facts): string[] =>
  managed(facts).bridges.flatMap(({ link, file, network }) => [
    ...facts.routes
      .filter(({ dst, dev }) => dst === 'default' && dev === link.name)
      .map(
        ({ gateway }) => `ip route del default ${gateway ? `via ${gateway} ` : ''}dev ${link.name} 2>/dev/null || true`,
      ),
    ...valuesOf(file, 'Network', 'Address')
      .filter((address) => !address.startsWith(`${gatewayOf(network)}/`))
      .map((address) => `ip address del ${address} dev ${link.name} 2>/dev/null || true`),
  ])
