import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { startOf } from '../hosts/process.ts'

/** A process of this machine. */
export interface Process {
  pid: number
  parent: number
  /** Clock ticks from the machine's boot to its start. */
  start: string
  /** Its pid in its own namespace. */
  inner: number
  /** The kernel's name for it, at most 15 characters. */
  name: string
  command: string
}

/** All processes that live now. */
export function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (read(Number(name)) ?? []) : []))
}

function read(pid: number): Process | undefined {
  const start = startOf(pid)
  if (start === undefined) return undefined
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const inner = Number(field('NSpid').split(/\s+/).at(-1))
    return { pid, parent: Number(field('PPid')), start, inner, name: field('Name'), command }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

/** A process and all that come from it, it first. */
export function familyOf(root: number, all: readonly Process[]): Process[] {
  const found = all.filter(({ pid }) => pid === root)
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid))
  return found
}

/** The ids of the network namespaces of some processes, without this process's own. */
export function networksOf(some: readonly Process[]): Set<string> {
  const own = networkOf('self')
  return new Set(some.flatMap(({ pid }) => networkOf(pid) ?? []).filter((id) => id !== own))
}

/** The id of a process's network namespace, such as `net:[4026531840]`; undefined once the process is gone. */
export function networkOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}
