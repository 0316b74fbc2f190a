/** A running dockerd. `state` is the kernel's letter: R, S, T (stopped by a signal), D, Z. */
export interface DockerdProcess {
  pid: number
  state: string
  command: string[]
}

/** The installed programs named dockerd, and the running ones. */
export interface DockerInstallFact {
  binaries: string[]
  processes: DockerdProcess[]
}

/** Reads lines `binary PATH` and `process PID STATE COMMAND`, the words of the command separated by tabs. */
export function readDockerInstall(text: string): DockerInstallFact {
  const lines = text.split('\n')
  return {
    binaries: lines.flatMap((line) => line.match(/^binary (\S+)$/)?.[1] ?? []),
    processes: lines.flatMap((line) => {
      const [, pid, state, command] = line.match(/^process (\d+) ([A-Za-z]) ?(.*)$/) ?? []
      return pid
        ? [{ pid: Number(pid), state: state!, command: command!.split('\t').filter((word) => word !== '') }]
        : []
    }),
  }
}
