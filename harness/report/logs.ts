import { constants, type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { clean } from '../lib/text.ts'
import type { CellRecord, RunRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { isBad } from './words.ts'

/** The logs of each host, by the name of its cell; empty for a cell without log files. */
export type Logs = ReadonlyMap<string, readonly LogTail[]>

/** The end of a log file, made safe to show. */
export interface LogTail {
  file: LogFile
  /** The size of the whole file in bytes. */
  size: number
  /** How many bytes of its end were read; 0: the file exists, but is not shown. */
  read: number
  text: string
  /** The number of lines left out because the lab's own agent wrote them. */
  own: number
}

export const logFiles = ['console.log', 'journal.txt'] as const
export type LogFile = (typeof logFiles)[number]

// Bytes. A page of hundreds of cells should open in a second, so all failed cells share one budget and all others another.
const most = 256_000
const sums = { bad: 1_000_000, rest: 400_000 }
// Less than this is not useful.
const least = 8_000

/** Reads the ends of the logs in `<dir>/hosts/<cell>/`, only as much as is shown. Unreadable files are left out. */
export async function readLogs({ cells }: Pick<RunRecord, 'cells'>, dir: string): Promise<Logs> {
  const ran = cells.filter(({ verdict }) => verdict !== 'skipped')
  const bad = ran.filter(({ verdict }) => isBad(verdict)).length
  const share = (cell: CellRecord): number => {
    const each = isBad(cell.verdict) ? sums.bad / bad : sums.rest / (ran.length - bad)
    if (ran.length === 1) return most
    return each < least ? 0 : Math.min(most, Math.floor(each))
  }
  const logs = new Map<string, LogTail[]>()
  for (const cell of ran) {
    // A record may come from elsewhere, so its names may not lead out of the folder of hosts.
    if (cell.name !== basename(cell.name) || /^(\.|$)/.test(cell.name)) continue
    logs.set(cell.name, await tailsOf(join(dir, 'hosts', cell.name), share(cell)))
  }
  return logs
}

async function tailsOf(folder: string, share: number): Promise<LogTail[]> {
  const tails: LogTail[] = []
  let left = share
  for (const file of logFiles) {
    // The console is mostly short; the journal gets the rest of the budget.
    const tail = await tailOf(folder, file, file === 'console.log' ? Math.floor(share / 4) : left)
    if (!tail) continue
    tails.push(tail)
    left -= tail.read
  }
  return tails
}

async function tailOf(folder: string, file: LogFile, most: number): Promise<LogTail | undefined> {
  let handle: FileHandle | undefined
  try {
    // Follow no link, and wait for no pipe.
    handle = await open(join(folder, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stat = await handle.stat()
    if (!stat.isFile()) return undefined
    const wanted = Math.min(stat.size, most)
    const buffer = Buffer.alloc(wanted)
    const { bytesRead } = await handle.read(buffer, 0, wanted, stat.size - wanted)
    const text = buffer.toString('utf8', 0, bytesRead)
    return { file, size: stat.size, read: bytesRead, ...readable(text, bytesRead < stat.size, file) }
  } catch {
    return undefined
  } finally {
    await handle?.close()
  }
}

function readable(text: string, cut: boolean, file: LogFile): Pick<LogTail, 'text' | 'own'> {
  const lines = clean(cut ? sinceBeginning(text, file) : text).split('\n')
  const others = withoutOwnAgent(lines)
  const shown = others.map((line) => bound(line.trimEnd(), 2000)).filter((line, i, all) => line !== '' || all[i - 1])
  return { text: shown.join('\n').replace(/^\n+|\n+$/g, ''), own: lines.length - others.length }
}

// The end of a file starts within a line, or within an entry of the journal, whose further lines are indented.
function sinceBeginning(text: string, file: LogFile): string {
  const begins = text.search(file === 'journal.txt' ? /\n(?=\S)/ : /\n/)
  return text.slice(begins + 1)
}

/** Removes the many entries of qemu-guest-agent, which the lab causes. Further lines of an entry are indented. */
function withoutOwnAgent(lines: readonly string[]): string[] {
  let own = false
  return lines.filter((line) => {
    if (/^\S/.test(line)) own = / qemu-ga\[\d+\]: info: guest-/.test(line)
    return !own
  })
}
