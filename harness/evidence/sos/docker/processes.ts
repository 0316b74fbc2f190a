/** A running dockerd: the kernel's letter for its state, and its words. */
export interface ListedProcess {
  pid: number
  state: string
  command: string[]
}

/** The host's own dockerd in `ps alxwww`. One inside a container is started by something else than init. */
export const dockerdProcesses = (text: string): ListedProcess[] =>
  text.split('\n').flatMap((line) => {
    // F UID PID PPID PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND
    const words = line.trim().split(/\s+/)
    const [, , pid, parent, , , , , , state = '', , , ...command] = words
    if (parent !== '1' || !/(^|\/)dockerd(-current)?$/.test(command[0] ?? '')) return []
    return [{ pid: Number(pid), state: state.slice(0, 1), command }]
  })
