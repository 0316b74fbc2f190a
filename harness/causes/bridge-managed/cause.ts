import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { isDropped } from '../../cause/drops.ts'
import { nameOf, valuesOf } from '../../cause/network-file.ts'
import { restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { gatewayOf } from '../../simulate/intent.ts'
import { defaultRoutes, harmOf, harmsOf, managed, takesOut } from './harm.ts'

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
    ...defaultRoutes(link.name, facts).map(
      ({ gateway }) => `ip route del default ${gateway ? `via ${gateway} ` : ''}dev ${link.name} 2>/dev/null || true`,
    ),
    ...valuesOf(file, 'Network', 'Address')
      .filter((address) => !address.startsWith(`${gatewayOf(network)}/`))
      .map((address) => `ip address del ${address} dev ${link.name} 2>/dev/null || true`),
  ])
