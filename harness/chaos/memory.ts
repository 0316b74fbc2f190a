import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../lib/retry.ts'

const root = '/sys/fs/cgroup'

/**
 * Takes the memory of a process's control group away for a while, so that the kernel kills in it. Gives what was done;
 * undefined where the group has no limit that can be set.
 */
export async function squeeze(pid: number, ms: number): Promise<string | undefined> {
  const file = limitOf(pid)
  if (!file) return undefined
  const before = readFileSync(file, 'utf8').trim()
  const usage = Number(readFileSync(file.replace(/memory\.(max|limit_in_bytes)$/, usageFile(file)), 'utf8'))
  // A host that has just begun to start has nothing to kill yet.
  if (usage < 32 * 2 ** 20) return undefined
  const end = performance.now() + ms
  let limit = usage
  while (performance.now() < end) {
    // Version 1 refuses a limit that it cannot reclaim down to. Then the last one stays, and the next page kills.
    const lower = Math.floor(limit * 0.9)
    if (write(file, lower)) limit = lower
    await sleep(50)
  }
  write(file, before === 'max' ? before : Number(before))
  return `${Math.round(usage / 2 ** 20)} MiB, limited to ${Math.round(limit / 2 ** 20)} MiB for ${Math.round(ms)} ms`
}

const usageFile = (file: string): string => (file.endsWith('max') ? 'memory.current' : 'memory.usage_in_bytes')

/** The file with the memory limit of a process's control group, in either version of control groups. */
function limitOf(pid: number): string | undefined {
  const lines = read(`/proc/${pid}/cgroup`).split('\n')
  const path = (of: RegExp): string | undefined => lines.map((line) => of.exec(line)?.[1]).find(Boolean)
  const first = path(/^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/dockfault-.*)$/)
  const second = path(/^0::(\/dockfault-[^/]+\/[^/]+)/)
  const files = [
    ...(first ? [join(root, 'memory', first, 'memory.limit_in_bytes')] : []),
    ...(second ? [join(root, second, 'memory.max')] : []),
  ]
  return files.find((file) => existsSync(file))
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function write(file: string, value: number | string): boolean {
  try {
    writeFileSync(file, String(value))
    return true
  } catch {
    return false
  }
}
