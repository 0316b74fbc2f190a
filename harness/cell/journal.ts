import type { Host } from '../hosts/host.ts'
import type { StageRecord } from '../results/record.ts'

/** For each expected text, the last line of docker's journal since boot that holds it, if any. */
export async function readJournal(
  host: Host,
  expected: readonly string[],
): Promise<NonNullable<StageRecord['journal']>> {
  if (expected.length === 0) return []
  const { stdout } = await host.exec('journalctl -b -q -o cat --no-pager -u docker.service', { deadlineMs: 20_000 })
  const lines = stdout.split('\n')
  return expected.map((words) => {
    const seen = lines.findLast((line) => line.includes(words))
    return { expected: words, ...(seen !== undefined && { seen }) }
  })
}
