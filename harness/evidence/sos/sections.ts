import { dockerSections } from './docker-sections.ts'
import { hostSections } from './host-sections.ts'
import { networkSections } from './network-sections.ts'
import { Lacking } from './report.ts'
import { ruleSections } from './rule-sections.ts'
import type { SosSection } from './section.ts'

/** What no sos report holds, or not in a form from which it can be known. */
export const never = [
  'cgroup-filters',
  'connections',
  'docker-endpoint',
  'fdb',
  'firewall-scripts',
  'iptables-self-test',
  'iptables-tool',
  'joined-namespaces',
  'kernel-log',
  'kernels',
  'modules',
  'trees',
] as const

/** The sections of a bundle, and where each is in a sos report. */
export const sosSections: readonly SosSection[] = [
  ...hostSections,
  ...networkSections,
  ...ruleSections,
  ...dockerSections,
  ...never.map((name) => ({
    name,
    read: () => {
      throw new Lacking('no sos report holds it')
    },
  })),
]

const commands = sosSections.flatMap((section) => section.commands ?? [])
const prefixes = commands.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
const names = new Set(commands)
const files = [
  /^version\.txt$/,
  /^sos_reports\/manifest\.json$/,
  ...sosSections.flatMap((section) => section.files ?? []),
]

/** Whether a diagnosis reads this file of a report. */
export function isWanted(path: string): boolean {
  const [, name] = path.match(/^sos_commands\/[^/]+\/([^/]+)$/) ?? []
  if (name !== undefined && (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)))) return true
  return files.some((each) => each.test(path))
}

/** Bytes of one file and of all that is kept, and how many files there are. More than that is no sos report. */
export const most = { file: 32 * 2 ** 20, all: 256 * 2 ** 20, entries: 2_000_000 }
