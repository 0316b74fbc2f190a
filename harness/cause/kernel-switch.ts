import type { Facts } from '../evidence/facts.ts'
import { shellQuote } from '../lib/text.ts'
import { settersAtBoot, settingAtBoot } from './boot-setting.ts'
import type { Evidence } from './cause.ts'
import type { DroppedFlow } from './drops.ts'

/** A kernel setting that is 0 and stops flows, with the line of a file that sets it at boot, if one does. */
export interface KernelSwitch {
  name: string
  boot: ReturnType<typeof settingAtBoot>
}

/** The settings that stop these flows, each once. */
export function switchesOf(flows: readonly DroppedFlow[], facts: Facts): KernelSwitch[] {
  const names = [...new Set(flows.flatMap(({ drop: { setting } }) => setting?.name ?? []))].sort()
  return names.map((name) => ({ name, boot: settingAtBoot({ name, value: '0' }, facts) }))
}

/** The switches in words, with the files that turn them off: `a and b are 0 (set by /etc/sysctl.d/60-a.conf)`. */
export function switchesInWords(switches: readonly KernelSwitch[]): string {
  const files = [...new Set(switches.flatMap(({ boot }) => boot?.file ?? []))]
  const by = files.length > 0 ? ` (set by ${files.join(', ')})` : ''
  return `${switches.map(({ name }) => name).join(' and ')} ${switches.length > 1 ? 'are' : 'is'} 0${by}`
}

/** The values of the switches, and the lines of files that set them. */
export const switchEvidence = (switches: readonly KernelSwitch[]): Evidence[] => [
  ...switches.map(({ name }) => ({ from: `sysctl ${name}`, line: `${name} = 0` })),
  ...switches.flatMap(({ boot }) => (boot ? [{ from: boot.file, line: boot.line }] : [])),
]

/**
 * Turns switches on, so that no file turns them off again. Lines in the administrator's own files become comments. The
 * packages' files stay as they are: `later` is a file that is read after them.
 */
export function turnOn(switches: readonly KernelSwitch[], later: string, facts: Facts): string[] {
  const lines = switches.flatMap(({ name }) =>
    settersAtBoot({ name, value: '0' }, facts).map((line) => ({ name, ...line })),
  )
  const isOwn = ({ file }: { file: string }): boolean => file.startsWith('/etc/')
  const overruled = [...new Set(lines.flatMap((each) => (isOwn(each) ? [] : `${each.name} = 1`)))]
  const undone = lines
    .filter(isOwn)
    .map(({ file, line }) => `sed -i ${shellQuote(`s|^[[:space:]]*${pattern(line.trim())}|# &|`)} ${shellQuote(file)}`)
  return [
    ...new Set(undone),
    ...(overruled.length > 0 ? [`echo '${overruled.join('\n')}' >${later}`] : []),
    ...switches.map(({ name }) => `sysctl -w ${name}=1`),
  ]
}

/** A line as a basic regular expression for sed, with | as delimiter. */
const pattern = (line: string): string => line.replaceAll(/[\\.*[\]^$|]/g, '\\$&')
