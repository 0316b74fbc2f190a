import { appendFile, copyFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CellRun } from './cell-run.ts'

/**
 * The runs of one cell side by side, each with its own host: the first breaks its host, the others start from there.
 */
export class Lanes {
  readonly first: CellRun
  readonly all: CellRun[]
  /** The run on whose host the last recorded stage ran. */
  last: CellRun

  constructor(first: CellRun) {
    this.first = first
    this.all = [first]
    this.last = first
  }

  /** Adds lanes up to this number. */
  widen(count: number): void {
    while (this.all.length < count)
      this.all.push(this.first.beside(join(this.first.hostLogs, `lane-${this.all.length + 1}`)))
  }

  /** Ends all hosts, or leaves the last one alive, and collects their logs in the cell's folder. */
  async close({ keep }: { keep: boolean }): Promise<void> {
    const { first, last } = this
    for (const { slot } of this.all) slot.stop()
    const others = this.all.slice(1)
    const end = (lane: CellRun): Promise<void> =>
      keep && lane === last ? lane.slot.leave(lane.context.provider) : lane.slot.close()
    await Promise.all(others.map(end))
    // The first comes last: its folder has the state that the others resume from.
    await end(first)
    for (const lane of others) {
      await gather(lane.hostLogs, first.hostLogs, lane === last)
      if (!keep || lane !== last) await rm(lane.hostLogs, { recursive: true, force: true })
    }
  }
}

/** Appends a lane's console to the cell's; the journal is that of the last stage's host, as without lanes. */
async function gather(from: string, to: string, isLast: boolean): Promise<void> {
  const read = (folder: string): Promise<Buffer> => readFile(join(folder, 'console.log')).catch(() => Buffer.of())
  const [all, console] = [await read(to), await read(from)]
  // The console of a resumed machine starts with what was printed before its state was saved.
  const own = console.subarray(sharedBytes(all, console))
  if (own.length > 0) await appendFile(join(to, 'console.log'), own)
  if (isLast) await copyFile(join(from, 'journal.txt'), join(to, 'journal.txt')).catch(() => undefined)
}

function sharedBytes(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length)
  let shared = 0
  while (shared < most && a[shared] === b[shared]) shared += 1
  return shared
}
