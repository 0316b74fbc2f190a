import { readFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { LabError } from '../lib/errors.ts'

const mib = 2 ** 20
// A VM's RAM, QEMU's own memory, and a standby, which writes 54 MiB. TCG also keeps its translated code (tb-size).
const vm = { kvm: 2048 + 256 + 64, tcg: 2048 + 256 + 64 + 1024 }
// systemd, two daemons and two dozen probe containers: measured peaks are 170 to 275 MiB.
const containerHost = 384
// A native host waits half of its time. An emulated machine keeps its one processor busy.
const busy = { native: 0.5, emulated: 1 }
/** The MiB that stay free for the machine. */
const kept = 512

/** What a host takes of the machine while it lives. */
export interface Room {
  /** The peak, in MiB. */
  memory: number
  /** The number of busy processors. If emulated machines outnumber processors, their probes miss deadlines. */
  processors: number
}

/** The room that one host takes. */
export function roomOf(provider: string, accelerator: string): Room {
  if (provider === 'container') return { memory: containerHost, processors: busy.native }
  if (accelerator === 'kvm') return { memory: vm.kvm, processors: busy.native }
  return { memory: vm.tcg, processors: busy.emulated }
}

/** The memory for hosts in MiB: what is free in the machine, or in this process's control group. */
export function memoryLeft(): number {
  const limit = process.constrainedMemory()
  // Without a limit it is 0, or more than any machine has.
  const ours = limit > 0 && limit < 2 ** 50 ? limit - process.memoryUsage.rss() : Number.POSITIVE_INFINITY
  return Math.floor(Math.min(available(), ours) / mib) - kept
}

// MemAvailable is what can be used without swapping. It includes caches, unlike freemem().
function available(): number {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
    return kib ? Number(kib) * 1024 : freemem()
  } catch {
    return freemem()
  }
}

/**
 * How many cells run side by side by default: as many as keep all cores busy and fit into memory. Eight cells in
 * containers on two cores took 212 s two at a time, 125 s four at a time and 107 s six at a time; with eight at a time,
 * traces lost events.
 */
export const defaultJobs = (smallest: number, cores = availableParallelism(), memory = memoryLeft()): number =>
  Math.max(1, Math.min(Math.floor(cores / busy.native), Math.floor(memory / smallest)))

/**
 * How many hosts a cell that runs alone may have at once, including the one it has: as many as keep the processors busy
 * and fit into memory, and no more than `jobs`.
 */
export const lanesIn = (
  { memory, processors }: Room,
  { jobs = Number.POSITIVE_INFINITY }: { jobs?: number | undefined },
  cores = availableParallelism(),
  left = memoryLeft(),
): number => Math.max(1, Math.min(jobs, Math.floor(cores / processors), 1 + Math.floor(left / memory)))

/** Reads the value of an option as a whole number of at least `least`. Throws LabError `usage`. */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= least) return number
  throw new LabError('usage', `${option} ${value}: not a whole number of at least ${least}`)
}
