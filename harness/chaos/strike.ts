import { kill } from '../hosts/process.ts'
import { sleep } from '../lib/retry.ts'
import { typeInGuest } from './guest-shell.ts'
import type { ProviderName } from './kinds.ts'
import type { RunProcess, Surroundings } from './matrix-process.ts'
import { squeeze } from './memory.ts'
import type { OwnDisk } from './own-disk.ts'
import { processes } from './processes.ts'
import { delayOf, type Strike } from './schedule.ts'
import { victimsOf } from './victims.ts'

export interface Target extends Surroundings {
  process: RunProcess
  provider: ProviderName
  disk: OwnDisk | undefined
  expectedMs: number
  /** Whether an event has happened to it. */
  has: (event: Strike['after']) => boolean
  /** Called just before the strike, with all processes that live then. */
  before: (all: ReturnType<typeof processes>) => void
}

const seconds = (strength: number, least: number, most: number): number => (least + strength * (most - least)) * 1000

/** Waits for a strike's moment and strikes. Gives what was struck; undefined where the process ended before. */
export async function strikeAt(target: Target, strike: Strike): Promise<string | undefined> {
  const { process } = target
  while (!target.has(strike.after)) {
    if (process.hasEnded) return undefined
    await sleep(20)
  }
  const moment = performance.now() + delayOf(strike, target.expectedMs)
  while (performance.now() < moment && !process.hasEnded) await sleep(Math.min(20, moment - performance.now()))
  // What is to be struck may not be there yet, or just have gone.
  while (!process.hasEnded) {
    target.before(processes())
    const done = await strikeNow(target, strike)
    if (done !== undefined) return done
    await sleep(50)
  }
  return undefined
}

async function strikeNow(target: Target, { kind, strength }: Strike): Promise<string | undefined> {
  const { process, provider, disk, cache } = target
  const inGuest = (of: 'agent' | 'runner' | 'oom' | 'guest-clock') =>
    typeInGuest(of, { cache, owner: process.id, strength })
  const victim = (): { pid: number; start: string; name: string } | undefined => {
    const found = victimsOf(kind, process.id.pid, processes())
    return found[Math.floor(strength * found.length)]
  }
  switch (kind) {
    case 'disk-full': {
      const ms = seconds(strength, 1, 15)
      await disk!.fill()
      await sleep(ms)
      disk!.empty()
      return `full for ${Math.round(ms)} ms`
    }
    case 'slow-disk': {
      const ms = seconds(strength, 1, 25)
      await disk!.stopFor(ms)
      return `stopped for ${Math.round(ms)} ms`
    }
    case 'clock':
      process.signal('SIGUSR2')
      return `by ${jumpOf({ strength })} ms`
    case 'agent':
    case 'guest-clock':
      return inGuest(kind)
    case 'oom': {
      if (provider === 'qemu') return inGuest(kind)
      const host = victim()
      return host && squeeze(host.pid, seconds(strength, 0.5, 4))
    }
    default: {
      if (kind === 'runner' && provider === 'qemu') return inGuest(kind)
      const found = victim()
      if (!found) return undefined
      await kill({ ...found, boot: process.id.boot })
      return `${found.name} (pid ${found.pid})`
    }
  }
}

/** How far the clock of a harness jumps, in ms: an hour, on or back. */
export const jumpOf = ({ strength }: Pick<Strike, 'strength'>): number => (strength < 0.5 ? 3_600_000 : -3_600_000)
