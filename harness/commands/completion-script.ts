import { shellQuote } from '../lib/text.ts'
import type { Declaration } from './declaration.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

type Operands = Readonly<Record<string, readonly string[]>>

/** A shell's completion script for these commands. `operands` has the known operands of some. */
export const completionOf = (
  shell: (typeof shells)[number],
  commands: ReadonlyMap<string, Declaration>,
  operands: Operands,
): string => ({ bash, zsh, fish })[shell](commands, operands)

/** Options whose value is a file. */
const isFile = ({ value }: Declaration['options'][string]): boolean => value === 'file'

function bash(commands: ReadonlyMap<string, Declaration>, operands: Operands): string {
  const cases = [...commands].map(([name, { options }]) => {
    const words = [...Object.keys(options).map((option) => `--${option}`), '--help', ...(operands[name] ?? [])]
    return `        ${name}) words='${words.join(' ')}' ;;`
  })
  const files = [...new Set([...commands.values()].flatMap(({ options }) => namesOf(options, isFile)))]
  return `# Completion of dockfault for bash.
_dockfault() {
    local words
    COMPREPLY=()
    case \${COMP_WORDS[COMP_CWORD - 1]} in
        ${files.map((name) => `--${name}`).join(' | ')}) compopt -o default; return ;;
    esac
    if [ "$COMP_CWORD" = 1 ]; then words='${[...commands.keys(), 'help', '--help', '--version'].join(' ')}'
    else
        case \${COMP_WORDS[1]} in
${cases.join('\n')}
        *) return ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -F _dockfault dockfault`
}

function zsh(commands: ReadonlyMap<string, Declaration>, operands: Operands): string {
  const described = [...commands].map(([name, { what }]) => `        ${shellQuote(`${name}:${first(what)}`)}`)
  const cases = [...commands].map(([name, { options }]) => {
    const specs = Object.entries(options).map(([option, each]) => {
      const value = each.value === undefined ? '' : `:${each.value}:${isFile(each) ? '_files' : ' '}`
      return shellQuote(`${each.multiple ? '*' : ''}--${option}[${escaped(each.what)}]${value}`)
    })
    const words = operands[name] ? [shellQuote(`:operand:(${operands[name].join(' ')})`)] : []
    return `        ${name}) _arguments ${[...specs, "'--help[show the options]'", ...words].join(' \\\n            ')} ;;`
  })
  return `#compdef dockfault
# Completion of dockfault for zsh.
_dockfault() {
    local -a commands
    commands=(
${described.join('\n')}
        'help:list the commands'
    )
    if (( CURRENT == 2 )); then _describe command commands; return; fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
${cases.join('\n')}
    esac
}
if [ "$funcstack[1]" = _dockfault ]; then _dockfault "$@"; else compdef _dockfault dockfault; fi`
}

function fish(commands: ReadonlyMap<string, Declaration>, operands: Operands): string {
  const lines = [...commands].flatMap(([name, { what, options }]) => {
    const inside = `complete -c dockfault -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c dockfault -n __fish_use_subcommand -a ${name} -d ${shellQuote(first(what))}`,
      ...Object.entries(options).map(([option, each]) => {
        const value = each.value === undefined ? '' : isFile(each) ? ' -r -F' : ' -x'
        return `${inside} -l ${option}${value} -d ${shellQuote(each.what)}`
      }),
      ...(operands[name] ? [`${inside} -a ${shellQuote(operands[name].join(' '))}`] : []),
    ]
  })
  return ['# Completion of dockfault for fish.', 'complete -c dockfault -f', ...lines].join('\n')
}

const namesOf = (
  options: Declaration['options'],
  which: (option: Declaration['options'][string]) => boolean,
): string[] => Object.entries(options).flatMap(([name, option]) => (which(option) ? [name] : []))

/** The first sentence, without its full stop. */
const first = (text: string): string => text.split(/\.( |$)/)[0]!

const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&')
