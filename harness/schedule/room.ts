import { readFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { LabError } from '../lib/errors.ts'

const mib = 2 ** 20
// A VM's own RAM, what QEMU keeps beside it, and one that waits to take its place, which has written 54 MiB; TCG keeps the
// code it translated (tb-size) too.
const vm = { kvm: 2048 + 256 + 64, tcg: 2048 + 256 + 64 + 1024 }
// systemd, two daemons and two dozen probe containers: 170 to 275 MiB were seen, at their most.
const containerHost = 384
// What runs on the machine's own processors waits half of its time. An emulated machine's one processor works.
const busy = { native: 0.5, emulated: 1 }
/** What the machine is left with. */
const kept = 512

/** What a host takes of the machine for as long as it is there. */
export interface Room {
  /** At its most, in MiB. */
  memory: number
  /** Kept busy. Where emulated machines outnumber processors, their probes miss deadlines. */
  processors: number
}

/** The room that one host takes. */
export function roomOf(provider: string, accelerator: string): Room {
  if (provider === 'container') return { memory: containerHost, processors: busy.native }
  if (accelerator === 'kvm') return { memory: vm.kvm, processors: busy.native }
  return { memory: vm.tcg, processors: busy.emulated }
}

/** The memory that hosts may take now, in MiB: what the machine, or the control group we are in, has left. */
export function memoryLeft(): number {
  const limit = process.constrainedMemory()
  // 0, or more than any machine has, where nothing limits.
  const ours = limit > 0 && limit < 2 ** 50 ? limit - process.memoryUsage.rss() : Number.POSITIVE_INFINITY
  return Math.floor(Math.min(available(), ours) / mib) - kept
}

// The kernel's word for what can be had without swapping: caches count, unlike in freemem().
function available(): number {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
    return kib ? Number(kib) * 1024 : freemem()
  } catch {
    return freemem()
  }
}

/**
 * How many cells run side by side unless told: as many as keep all cores busy, as far as memory goes. Eight cells in
 * containers on two cores took 212 s two at a time, 125 s by four, 107 s by six, and by eight traces lost events.
 */
export const defaultJobs = (smallest: number, cores = availableParallelism(), memory = memoryLeft()): number =>
  Math.max(1, Math.min(Math.floor(cores / busy.native), Math.floor(memory / smallest)))

/**
 * How many hosts a cell that runs alone may have at once, of which one is there already: as many as keep the processors
 * busy, as far as memory goes, and no more than cells could run side by side.
 */
export const lanesIn = (
  { memory, processors }: Room,
  { jobs = Number.POSITIVE_INFINITY }: { jobs?: number | undefined },
  cores = availableParallelism(),
  left = memoryLeft(),
): number => Math.max(1, Math.min(jobs, Math.floor(cores / processors), 1 + Math.floor(left / memory)))

/** Reads the value of an option as a whole number from `least`. Throws LabError `usage`. */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= least) return number
  throw new LabError('usage', `${option} ${value}: not a whole number from ${least} on`)
}
