import { identify, isAlive, machineBoot, type ProcessId } from '../process.ts'

/** The label of every Docker object that we make. Its value names the harness that made it. */
export const ownerLabel = 'dockfault.owner'

/** The label of a host that is kept on purpose. */
export const keptLabel = 'dockfault.kept'

/** This harness as a label's value: pid, start time and boot, so that no later process is mistaken for it. */
export function ownerName(): string {
  const { pid, start, boot } = identify(process.pid)!
  return `${pid}-${start}-${boot}`
}

/** Reads a label's value. */
export function parseOwner(name: string): ProcessId | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f-]{36})$/.exec(name)
  return match ? { pid: Number(match[1]), start: match[2]!, boot: match[3]! } : undefined
}

/**
 * Whether an object's owner is certainly gone, that is, dead in this boot of this machine. Other machines may share the
 * engine, and their processes are not visible here. So an owner of another boot is gone only if the object is stopped.
 */
export function isOrphan(owner: string, running: boolean): boolean {
  const id = parseOwner(owner)
  if (!id) return false
  return id.boot === machineBoot() ? !isAlive(id) : !running
}
