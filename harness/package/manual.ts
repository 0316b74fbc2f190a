import { causes } from '../causes/causes.ts'
import type { Declaration } from '../commands/declaration.ts'
import { declarations } from '../commands/declarations.ts'
import { optionWord } from '../commands/help.ts'

const all: readonly [string, Declaration][] = Object.entries(declarations)

const exits: readonly [string, string][] = [
  ['0', 'healthy: every flow that should work was judged, and works. Of other commands: success'],
  ['1', 'sick: a cause was named, or something certainly fails. Of fix: the host has the cause'],
  ['2', 'unknown: nothing broken was found, but not everything could be judged. Also: the host could not be examined'],
  ['64', 'wrong usage: the command line or the input file is not valid'],
  ['130', 'interrupted'],
]

const examples: readonly [string, string][] = [
  ['dockfault diagnose', 'Diagnoses this machine.'],
  ['dockfault diagnose --ssh admin@web-1', 'Diagnoses another machine, by your own OpenSSH.'],
  ['dockfault diagnose --trace web@203.0.113.10:443', 'Also follows a real packet from the container web.'],
  ['ssh admin@web-1 sudo sh <collect.sh | dockfault diagnose --bundle -', 'Diagnoses a host that has only sh.'],
  ['dockfault fix masquerade-off', 'Prints the steps that repair this cause on this machine.'],
]

/** The manual page dockfault(1), as roff. */
export function manual(version: string): string {
  const commands = all.filter(([, { tool }]) => tool)
  return `${[
    `.TH DOCKFAULT 1 "" "dockfault ${version}" "User Commands"`,
    '.SH NAME',
    'dockfault \\- diagnose why the network of Docker containers fails on a Linux host',
    '.SH SYNOPSIS',
    ...commands.flatMap(([name, { operands }], index) => [
      ...(index > 0 ? ['.br'] : []),
      `.B dockfault ${name}`,
      ...(operands ? [roff(operands)] : []),
      '.RI [ options ]',
    ]),
    '.SH DESCRIPTION',
    roff(
      'dockfault finds out why the network of a host’s containers fails. It reads the host’s links, routes, bridges, settings and firewall rules, and simulates how packets pass through them. It names the smallest set of causes that explains what fails, shows the evidence, and names what repairs the host and what does not. Only fix --apply changes a host.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(([name, { what, operands, options }]) => [
      `.SS ${name}${operands ? ` ${roff(operands)}` : ''}`,
      roff(what),
      ...Object.entries(options).flatMap(([option, each]) => [
        '.TP',
        `.B ${roff(optionWord(option, each))}`,
        roff(each.what),
      ]),
    ]),
    '.SH CAUSES',
    ...causes.flatMap(({ id, title }) => ['.TP', `.B ${roff(id)}`, roff(title)]),
    '.SH EXIT STATUS',
    ...exits.flatMap(([code, what]) => ['.TP', `.B ${code}`, roff(what)]),
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'If set, the output has no colours. It never has colours in a pipe.',
    '.SH EXAMPLES',
    ...examples.flatMap(([line, what]) => ['.TP', `.B ${roff(line)}`, roff(what)]),
    '.SH SEE ALSO',
    '.BR docker (1),',
    '.BR nft (8),',
    '.BR iptables (8)',
  ].join('\n')}\n`
}

/** Text with its special characters escaped, so that roff prints it as it is. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', '\\(cq')
    .replace(/^([.'])/, '\\&$1')
