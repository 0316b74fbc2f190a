import { appendFile, copyFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CellRun } from './cell-run.ts'

/** The runs of one cell side by side, each with a host of its own: the first breaks it, the others go on from there. */
export class Lanes {
  readonly first: CellRun
  readonly all: CellRun[]
  /** The run whose host the last stage of the record had. */
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

  /** Ends all hosts, or leaves the last one alive. Their logs are then where a reader looks for those of the cell. */
  async close({ keep }: { keep: boolean }): Promise<void> {
    const { first, last } = this
    for (const { slot } of this.all) slot.stop()
    const others = this.all.slice(1)
    const end = (lane: CellRun): Promise<void> =>
      keep && lane === last ? lane.slot.leave(lane.context.provider) : lane.slot.close()
    await Promise.all(others.map(end))
    // In its folder is the state that the others go on from.
    await end(first)
    for (const lane of others) {
      await gather(lane.hostLogs, first.hostLogs, lane === last)
      if (!keep || lane !== last) await rm(lane.hostLogs, { recursive: true, force: true })
    }
  }
}

/** Adds the console of a lane to the cell's own; the journal is that of the last stage's host, as without lanes. */
async function gather(from: string, to: string, isLast: boolean): Promise<void> {
  const read = (folder: string): Promise<Buffer> => readFile(join(folder, 'console.log')).catch(() => Buffer.of())
  const [all, console] = [await read(to), await read(from)]
  // A machine that goes on from a kept state begins with what that one had printed.
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
