import type { Facts } from '../evidence/facts.ts'

type BootLine = Facts['bootFiles'][number]

/**
 * The line of a file that sets a kernel setting to its present value at boot. Undefined if the line that wins sets
 * another value: then something changed the setting later.
 */
export function settingAtBoot(
  { name, value }: { name: string; value: string },
  { bootFiles }: Pick<Facts, 'bootFiles'>,
): BootLine | undefined {
  const last = linesFor(name, bootFiles).at(-1)
  return last && sets(last, value) ? last : undefined
}

/** Every line that sets a kernel setting to this value at boot, whichever wins. */
export const settersAtBoot = (
  { name, value }: { name: string; value: string },
  { bootFiles }: Pick<Facts, 'bootFiles'>,
): BootLine[] => linesFor(name, bootFiles).filter((line) => sets(line, value))

const sets = ({ line }: BootLine, value: string): boolean => line.split('=').at(-1)?.trim() === value

/** The lines that set a kernel setting, by any of its names, in the order in which they are read. */
function linesFor(name: string, bootFiles: readonly BootLine[]): BootLine[] {
  if (!name.startsWith('net.')) return []
  const names = [name, ...aliases(name)]
  return inBootOrder(bootFiles).filter(({ line }) => {
    const key = keyOf(line)
    return key !== undefined && names.some((each) => matchesPattern(key, each))
  })
}

/** Other names that also set this setting. */
function aliases(name: string): string[] {
  const all = name.replace(/^(net\.ipv[46]\.conf)\.[^.]+\./, '$1.all.')
  const forwards = name === 'net.ipv4.ip_forward' || /^net\.ipv4\.conf\.[^.]+\.forwarding$/.test(name)
  return [all, ...(forwards ? ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'] : [])]
}

/** The key of a line, with dots. A key with slashes may have dots inside its names. */
function keyOf(line: string): string | undefined {
  const [, key] = line.match(/^-?\s*([\w.*?[\]/-]+)\s*=/) ?? []
  if (key === undefined) return undefined
  const first = key.match(/[./]/)?.[0]
  return first === '/' ? key.replaceAll('.', '\0').replaceAll('/', '.').replaceAll('\0', '/') : key
}

function matchesPattern(key: string, name: string): boolean {
  if (key === name) return true
  if (!key.includes('*')) return false
  const pattern = key.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${pattern.join('[^.]*')}$`).test(name)
}

// If several folders have a file of the same name, only the one in the first folder is read. Source: sysctl.d(5).
const folders = ['/etc/sysctl.d/', '/run/sysctl.d/', '/usr/local/lib/sysctl.d/', '/usr/lib/sysctl.d/', '/lib/sysctl.d/']

/** The lines of sysctl's files in the order in which they are read: by file name, whatever the folder. */
function inBootOrder(lines: readonly BootLine[]): BootLine[] {
  const files = [...new Set(lines.map(({ file }) => file))]
  const rank = (file: string): number => folders.findIndex((folder) => file.startsWith(folder))
  const base = (file: string): string => file.slice(file.lastIndexOf('/') + 1)
  const dropIns = files.filter((file) => rank(file) >= 0)
  const read = dropIns.filter(
    (file) => !dropIns.some((other) => base(other) === base(file) && rank(other) < rank(file)),
  )
  read.sort((a, b) => (base(a) < base(b) ? -1 : 1))
  // sysctl.conf is read last, and ufw reads its own file when it starts.
  const others = ['/etc/sysctl.conf', '/etc/ufw/sysctl.conf'].filter((file) => files.includes(file))
  return [...read, ...others].flatMap((file) => lines.filter((each) => each.file === file))
}
