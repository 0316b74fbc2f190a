/** A process that holds the lock of iptables-legacy, for which every other call of it waits. */
export interface LockHolder {
  pid: number
  name: string
}

/** Reads lines `PID NAME`. */
export const readLockHolders = (lines: readonly string[]): LockHolder[] =>
  lines.map((line) => {
    const [, pid, name] = /^(\d+) (.*)$/.exec(line) ?? []
    if (!pid) throw new Error(`no process: ${line.slice(0, 80)}`)
    return { pid: Number(pid), name: name! }
  })
