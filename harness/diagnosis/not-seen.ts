import type { Facts } from '../evidence/facts.ts'
import { isSosBundle } from '../evidence/sos/mark.ts'
import { groupBy } from '../lib/group.ts'
import { invocation } from '../lib/invocation.ts'

// These sections are only quoted, and decide nothing.
const informative = new Set([
  'rules-text',
  'docker-journal',
  'saved-rules',
  'firewall-scripts',
  'boot-files',
  'kernel-log',
  'drop-counters',
  'fdb',
])

const sosLacks = (): string[] => [
  'a sos report holds only a part of what a diagnosis needs',
  `to judge the rest, run on the host: sudo sh collect.sh >host.bundle. To get collect.sh: ${invocation('collect', '--script')}`,
]

/** What is missing from the evidence and was not judged. A tool that is not installed has nothing to show. */
export function notSeen({ sections, collector, docker, containers }: Facts): string[] {
  const missing = Object.entries(sections).filter(
    ([name, { status }]) => status !== 'ok' && status !== 'absent' && !informative.has(name),
  )
  const unread = containers.filter(({ read }) => !read).map(({ container }) => container)
  const others = docker.allNetworks.filter(({ driver }) => !['bridge', 'host', 'null', 'none'].includes(driver))
  return [
    ...(collector.root ? [] : ['the collector did not run as root, so it did not see all rules and processes']),
    ...(isSosBundle(collector.version) ? sosLacks() : []),
    ...(collector.whole ? [] : ['the bundle was cut short']),
    ...groupBy(missing, ([, { status, why }]) => `${status} ${why}`).map((group) => {
      const { status, why } = group[0]![1]
      return `${group.map(([name]) => name).join(', ')} ${status === 'timed-out' ? 'did not answer in time' : 'could not be read'}: ${why}`
    }),
    ...(unread.length > 0
      ? [
          `the network inside ${unread.slice(0, 4).join(', ')}${unread.length > 4 ? ` and ${unread.length - 4} more` : ''} could not be read`,
        ]
      : []),
    ...others
      .filter(({ name }) =>
        docker.containers.some(({ addresses, mode }) => mode === name || addresses[name] !== undefined),
      )
      .map(({ name, driver }) => {
        const [user] = docker.containers.filter(({ addresses, mode }) => mode === name || addresses[name] !== undefined)
        return `the network ${name} uses the driver ${driver}, which is not simulated. Test it from inside: docker exec ${user?.name} ping -c 1 GATEWAY`
      }),
  ]
}
