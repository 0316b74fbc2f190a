import { readFile } from 'node:fs/promises'
import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { shellQuote } from '../lib/text.ts'
import { joined, keyOf, type Read, readEach, withProxied } from './read-traces.ts'
import { type SendOptions, wordsOf } from './sender-words.ts'
import { type Flow, isDead, type Trace } from './trace.ts'

const script = readFile(new URL('./trace.sh', import.meta.url), 'utf8')

/**
 * Sends a connection for each flow, all at once, and follows their packets. Where a busy host did not leave a sender
 * enough time, it sends that flow again and waits longer. Leaves no change behind.
 */
export async function traceByPackets(
  host: Pick<Host, 'exec'>,
  flows: readonly Flow[],
  facts: Facts,
  options: SendOptions = {},
): Promise<Trace[]> {
  const { patience = 2 } = options
  const send = async (some: readonly Flow[], seconds: number): Promise<Read[]> => {
    const words = some.flatMap((flow) => wordsOf(flow, facts, options))
    const command = `PATIENCE=${seconds}\nset -- ${words.map(shellQuote).join(' ')}\n${await script}`
    const { stdout } = await host.exec(command, { deadlineMs: 60_000 })
    return readEach(stdout, some, facts, options)
  }
  const all = withProxied(flows, facts)
  const reads = await send(all, patience)
  const hurried = all.filter((_, index) => reads[index]!.isHurried)
  if (hurried.length === 0) return joined(flows, reads, facts)
  const again = await send(hurried, patience + morePatience)
  return joined(flows, [...reads, ...again.filter(isBetter(reads))], facts)
}

// On a machine with 15 programs ready for each core, a sender among 35 took 3 s to begin.
const morePatience = 4

/** Whether a flow's second packet decides: it does not where it died, and the first one passed all hooks. */
const isBetter =
  (reads: readonly Read[]) =>
  ({ trace }: Read): boolean => {
    const first = reads.find((each) => keyOf(each.trace.flow) === keyOf(trace.flow))
    return !isDead(trace) || trace.end === 'too-large' || first?.trace.by === 'rules'
  }
