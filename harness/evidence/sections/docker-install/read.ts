/** A dockerd that runs; `state` is the kernel's letter: R, S, T (stopped by a signal), D, Z. */
export interface DockerdProcess {
  pid: number
  state: string
  command: string[]
}

/** What is installed of dockerd, and what of it runs. */
export interface DockerInstallFact {
  binaries: string[]
  processes: DockerdProcess[]
}

/** Lines `binary PATH` and `process PID STATE`, the latter with the command after it, its words parted by tabs. */
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
