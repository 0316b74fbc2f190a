/** A process that exists and does not run. */
export interface HaltedProcess {
  pid: number
  /** `signal`: SIGSTOP or its like. `freezer`: its cgroup is frozen. */
  by: 'signal' | 'freezer'
  /** The ID of the container that it is in, or that it holds; '' for the host's own. */
  container: string
  /** The last part of its cgroup, such as `docker.service`; '' where it is not known. */
  unit: string
  /** At most 15 characters, as the kernel keeps it. */
  name: string
}

/** Reads lines `process PID BY CONTAINER UNIT NAME`. Throws where one has another form. */
export const readHaltedProcesses = (lines: readonly string[]): HaltedProcess[] =>
  lines.map((line) => {
    const [, pid, by, container, unit, name] =
      line.match(/^process (\d+) (signal|freezer) (-|[0-9a-f]{64}) (\S+) (.+)$/) ?? []
    if (!name) throw new TypeError(`not a process: ${line.slice(0, 80)}`)
    const known = (text: string | undefined): string => (text === '-' ? '' : text!)
    return { pid: Number(pid), by: by as HaltedProcess['by'], container: known(container), unit: known(unit), name }
  })
