import { invocation } from '../lib/invocation.ts'
import { wrap } from '../report/terminal/paint.ts'
import type { Declaration } from './declaration.ts'
import { declarations } from './declarations.ts'

const all: Readonly<Record<string, Declaration>> = declarations

/** An option as it is typed, with its value: `--ssh <user@host>`. */
export const optionWord = (name: string, { value, operand }: Declaration['options'][string]): string =>
  `--${name}${value === undefined ? (operand ? ` ${operand}` : '') : ` <${value}>`}`

const wantsHelp = (args: readonly string[]): boolean => args.some((arg) => arg === '--help' || arg === '-h')

/**
 * The help of one command, or of all those in `names`; undefined where the arguments do not request it. Lines have at
 * most `columns` characters, and never more than 100.
 */
export function helpFor(
  name: string,
  args: readonly string[],
  names: readonly string[] = Object.keys(all),
  columns = 80,
): string | undefined {
  const width = Math.min(columns, 100)
  if (name === 'help' || wantsHelp([name])) {
    const commands = names.map((each): [string, string] => [lineOf(each), all[each]!.what])
    const more = wrap(`The options of a command: ${invocation('<command>', '--help')}`, width, '')
    return [...rows(commands, width), '', ...more].join('\n')
  }
  const help = wantsHelp(args) && names.includes(name) ? all[name] : undefined
  if (!help) return undefined
  const options = Object.entries(help.options).map(([option, each]): [string, string] => [
    optionWord(option, each),
    each.what,
  ])
  return [
    ...typed(lineOf(name, options.length > 0), '', width),
    '',
    ...wrap(help.what, width, ''),
    ...(options.length > 0 ? ['', ...rows(options, width)] : []),
  ].join('\n')
}

/** A command as it is typed, with what may follow it. */
function lineOf(name: string, hasOptions = false): string {
  const operands = all[name]!.operands
  const line = [invocation(name), ...(operands ? [operands] : [])].join(' ')
  // npm takes options for itself unless they stand behind two dashes.
  return hasOptions ? `${line} ${invocation('x', '--y').includes(' -- ') ? '[-- options]' : '[options]'}` : line
}

const rows = (list: readonly [string, string][], width: number): string[] =>
  list.flatMap(([first, second]) => [...typed(first, '  ', width), ...wrap(second, width, '      ', width)])

/** What a user types. Further lines are indented, and `[-- options]` stays on one line. */
const typed = (text: string, indent: string, width: number): string[] =>
  wrap(text.replace('[-- ', '[--\u00a0'), width, indent, width).map((line, index) =>
    (index === 0 ? line : `    ${line}`).replace('\u00a0', ' '),
  )
