/** A running dockerd. `state` is the kernel's letter: R, S, T (stopped by a signal), D, Z. */
export interface DockerdProcess {
  pid: number
  state: string
  command: string[]
  /** It runs in another network namespace than the collector. */
  apart?: true
}

/** The installed programs named dockerd, and the running ones. */
export interface DockerInstallFact {
  binaries: string[]
  processes: DockerdProcess[]
  /** The PIDs of containerd; undefined in bundles that lack them. */
  containerd?: number[]
  /** The names of the programs found that dockerd and containerd start; undefined where nobody searched. */
  programs?: string[]
}

/**
 * Reads lines `binary PATH`, `process PID STATE COMMAND`, the words of the command separated by tabs, `apart PID`, and
 * `containerd PID` and `program NAME FILE`, each with a line `none` at the end. The dockerd behind Docker's usual socket comes first.
 */
export function readDockerInstall(text: string): DockerInstallFact {
  const lines = text.split('\n')
  const processes = lines.flatMap((line): DockerdProcess[] => {
    const [, pid, state, command] = line.match(/^process (\d+) ([A-Za-z]) ?(.*)$/) ?? []
    if (!pid) return []
    const words = command!.split('\t').filter((word) => word !== '')
    const apart = lines.includes(`apart ${pid}`)
    return [{ pid: Number(pid), state: state!, command: words, ...(apart && { apart }) }]
  })
  // A list ends in a line of its own, so that an empty one differs from none.
  const isListed = (what: string): boolean => lines.includes(`${what} none`)
  const all = (pattern: RegExp): string[] => lines.flatMap((line) => line.match(pattern)?.[1] ?? [])
  return {
    ...(isListed('containerd') && { containerd: all(/^containerd (\d+)$/).map(Number) }),
    ...(isListed('program') && { programs: all(/^program (\S+) /) }),
    binaries: all(/^binary (\S+)$/),
    processes: processes.sort((a, b) => Number(isApart(a)) - Number(isApart(b))),
  }
}

/** Whether a dockerd has a socket of its own, besides the one that the client finds. */
function isApart({ command }: DockerdProcess): boolean {
  const sockets = command.flatMap((word, index) =>
    ['-H', '--host'].includes(word) ? (command[index + 1] ?? []) : (word.match(/^(?:-H=?|--host=)(.+)$/)?.[1] ?? []),
  )
  return sockets.length > 0 && !sockets.some((socket) => /^(fd:|unix:\/\/(\/var)?\/run\/docker\.sock$)/.test(socket))
}
