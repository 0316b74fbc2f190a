import { identify, isAlive, machineBoot, type ProcessId } from '../process.ts'

/** The label that every Docker object of ours carries; its value names the harness that made it. */
export const ownerLabel = 'dockfault.owner'

/** The label of a host that was left alive on purpose. */
export const keptLabel = 'dockfault.kept'

/** This harness as a label's value: process, its start and the machine's boot, so that no later process is mistaken for it. */
export function ownerName(): string {
  const { pid, start, boot } = identify(process.pid)!
  return `${pid}-${start}-${boot}`
}

/** Reads a label's value back. */
export function parseOwner(name: string): ProcessId | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f-]{36})$/.exec(name)
  return match ? { pid: Number(match[1]), start: match[2]!, boot: match[3]! } : undefined
}

/**
 * Whether an object's owner is surely gone: dead on this boot of this machine. An engine may be shared with other
 * machines, whose processes cannot be seen from here, so an owner of another boot counts only for what runs no more.
 */
export function isOrphan(owner: string, running: boolean): boolean {
  const id = parseOwner(owner)
  if (!id) return false
  return id.boot === machineBoot() ? !isAlive(id) : !running
}
