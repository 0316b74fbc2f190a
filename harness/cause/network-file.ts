import type { Facts, LinkFact } from '../evidence/facts.ts'
import { glob } from '../lib/glob.ts'
import { oncePer } from '../lib/once-per.ts'

/** A .network file of systemd-networkd, with its drop-ins. */
export interface NetworkFile {
  file: string
  lines: readonly { section: string; key: string; value: string }[]
}

/** The values that a file has for a key. */
export const valuesOf = ({ lines }: NetworkFile, section: string, key: string): string[] =>
  lines.filter((line) => line.section === section && line.key === key).map(({ value }) => value)

/** Whether a file turns a key on. */
export const isOn = (network: NetworkFile, section: string, key: string): boolean =>
  /^(1|yes|y|true|t|on)$/i.test(valuesOf(network, section, key).at(-1) ?? '')

/**
 * The file by which systemd-networkd manages a bridge or a veth. Undefined where none does, where the file leaves the
 * device alone, and where it matches by something that the evidence does not show.
 */
export function networkFileOf(link: LinkFact, facts: Pick<Facts, 'bootFiles'>): NetworkFile | undefined {
  // The first file that matches counts. Source: systemd.network(5).
  const first = filesOf(facts).find((file) => matches(file, link) !== 'no')
  return first && matches(first, link) === 'yes' && !isOn(first, 'Link', 'Unmanaged') ? first : undefined
}

/** The files in the order in which systemd-networkd reads them: by name, whatever the folder. One in /etc hides its namesakes. */
const filesOf = oncePer(({ bootFiles }: Pick<Facts, 'bootFiles'>): NetworkFile[] => {
  const paths = [...new Set(bootFiles.map(({ file }) => file))].filter((path) => path.endsWith('.network'))
  const byName = new Map(
    paths
      .sort((a, b) => (a.startsWith('/etc/') ? 1 : b.startsWith('/etc/') ? -1 : 0))
      .map((path) => [nameOf(path), path]),
  )
  return [...byName.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, file]) => {
      const own = bootFiles.filter((each) => each.file === file || each.file.includes(`/${name}.d/`))
      let section = ''
      const lines = own.flatMap(({ line }) => {
        section = line.match(/^\[(.+)\]$/)?.[1] ?? section
        const [, key, value] = line.match(/^([A-Za-z0-9]+)\s*=\s*(.*)$/) ?? []
        return key ? [{ section, key, value: value! }] : []
      })
      return { file, lines }
    })
})

/** The name of a file without its folder. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function matches({ lines }: NetworkFile, link: LinkFact): 'yes' | 'no' | 'unknown' {
  const conditions = lines.filter(({ section }) => section === 'Match')
  const keys = [...new Set(conditions.map(({ key }) => key))]
  const answers = keys.map((key) => {
    const words = conditions.filter((each) => each.key === key).flatMap(({ value }) => value.split(/\s+/))
    return holds(
      key,
      words.filter((word) => word !== ''),
      link,
    )
  })
  // networkd ignores a file without conditions.
  if (keys.length === 0 || answers.includes(false)) return 'no'
  return answers.includes(undefined) ? 'unknown' : 'yes'
}

function holds(key: string, [first = '', ...rest]: string[], link: LinkFact): boolean | undefined {
  const value = comparedOf(key, link)
  const words = [first.replace(/^!/, ''), ...rest]
  if (value === undefined || words.some((word) => word.includes('['))) return undefined
  return words.some((word) => glob(word.toLowerCase()).test(value)) !== first.startsWith('!')
}

/** What a condition compares. networkd counts a veth as Ethernet. */
function comparedOf(key: string, { name, kind, mac }: LinkFact): string | undefined {
  if (key === 'Name') return name.toLowerCase()
  if (key === 'Kind' || key === 'Driver') return kind
  if (key === 'Type') return kind === 'veth' ? 'ether' : kind
  return key === 'MACAddress' ? mac : undefined
}
