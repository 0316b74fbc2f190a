import { basename } from 'node:path'

/** A running dockerd: the kernel's letter for its state, and its words. */
export interface ListedProcess {
  pid: number
  state: string
  command: string[]
}

interface PsLine extends ListedProcess {
  parent: string
}

/** The lines of `ps alxwww`: F UID PID PPID PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND. */
const psLines = (text: string): PsLine[] =>
  text.split('\n').flatMap((line) => {
    const [, , pid = '', parent = '', , , , , , state = '', , , ...command] = line.trim().split(/\s+/)
    return /^\d+$/.test(pid) ? [{ pid: Number(pid), parent, state: state.slice(0, 1), command }] : []
  })

const isDockerd = ({ parent, command }: PsLine): boolean =>
  parent === '1' && /(^|\/)dockerd(-current)?$/.test(command[0] ?? '')

/** The host's own dockerd in `ps alxwww`. One inside a container is started by something else than init. */
export const dockerdProcesses = (text: string): ListedProcess[] =>
  psLines(text)
    .filter(isDockerd)
    .map(({ parent: _, ...rest }) => rest)

/** The stopped processes among the host's services and dockerd's children; those of containers have other parents. */
export function haltedLines(text: string): string {
  const all = psLines(text)
  const parents = ['1', ...all.filter(isDockerd).map(({ pid }) => String(pid))]
  return all
    .filter(({ state, parent }) => state === 'T' && parents.includes(parent))
    .map(({ pid, command: [program = '-'] }) => `process ${pid} signal - - ${basename(program).slice(0, 15)}`)
    .join('\n')
}
