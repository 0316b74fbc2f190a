import { constants, type FileHandle, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { clean } from '../lib/text.ts'
import type { CellRecord, RunRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { isBad } from './words.ts'

/** What each host printed, by the name of its cell: the files that are there, none for a cell that left none. */
export type Logs = ReadonlyMap<string, readonly LogTail[]>

/** The end of a file beside the record, made safe to show. */
export interface LogTail {
  file: LogFile
  /** Of the whole file, in bytes. */
  size: number
  /** How many bytes of its end were read; 0: the file is there, and none of it is shown. */
  read: number
  text: string
  /** Lines left out because the lab's own agent on the host made them. */
  own: number
}

export const logFiles = ['console.log', 'journal.txt'] as const
export type LogFile = (typeof logFiles)[number]

// Bytes. A page of hundreds of cells has to open in a second: what fails shares one sum, all others a smaller one.
const most = 256_000
const sums = { bad: 1_000_000, rest: 400_000 }
// Less than this tells nothing.
const least = 8_000

/** Reads the ends of the logs in `<dir>/hosts/<cell>/`, never more than is shown; what cannot be read is not there. */
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
    // A record may come from elsewhere: its names lead into the folder of hosts, and nowhere else.
    if (cell.name !== basename(cell.name) || /^(\.|$)/.test(cell.name)) continue
    logs.set(cell.name, await tailsOf(join(dir, 'hosts', cell.name), share(cell)))
  }
  return logs
}

async function tailsOf(folder: string, share: number): Promise<LogTail[]> {
  const tails: LogTail[] = []
  let left = share
  for (const file of logFiles) {
    // The console mostly is short and says it all; what it does not need is the journal's.
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
    // No link is followed, and no pipe waited for.
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

// A file that begins earlier is cut within a line, and within an entry of the journal, whose further lines are indented.
function sinceBeginning(text: string, file: LogFile): string {
  const begins = text.search(file === 'journal.txt' ? /\n(?=\S)/ : /\n/)
  return text.slice(begins + 1)
}

/** Without what the lab itself did through qemu-guest-agent, which else drowns all; an entry's further lines are indented. */
function withoutOwnAgent(lines: readonly string[]): string[] {
  let own = false
  return lines.filter((line) => {
    if (/^\S/.test(line)) own = / qemu-ga\[\d+\]: info: guest-/.test(line)
    return !own
  })
}
