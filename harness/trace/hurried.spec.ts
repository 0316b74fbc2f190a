import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { traceByPackets } from './by-packets.ts'
import { flowTo, readTarget } from './flow.ts'
import type { Flow, Trace } from './trace.ts'

const read = (file: string): string => readFileSync(new URL(`evidence/${file}`, import.meta.url), 'utf8')
const facts = readFacts(read('healthy.bundle'))
const flowOf = (of: Facts): Flow => flowTo(readTarget('probe-default@203.0.113.10:80'), of) as Flow
const flow = flowOf(facts)

/** The output of the tracer's script with another end of the only sender. */
function withAnswer(file: string, answer: string, code: number): string {
  const changed = read(file).replace(
    /--- begin answer\.0\n[\s\S]*?--- end answer\.0 \d+/,
    `--- begin answer.0\n ${answer}\n--- end answer.0 ${code}`,
  )
  expect(changed).to.not.equal(read(file))
  return changed
}
const withoutEvents = (text: string): string =>
  text
    .replace(/^ trace id.*\n/gm, '')
    .replace(/(--- begin seen\n) \d+/, '$1 0')
    .replace(/(--- begin neighbours\n)[\s\S]*?(--- end)/, '$1 \n$2')

const neverSent = withoutEvents(withAnswer('healthy.packets', '', 124))
const killed = withAnswer('healthy.packets', 'begun', 124)
const answered = read('healthy.packets')
// Another host's container and bridge may have other addresses.
const dropped = read('docker-user-drop.packets')
  .replaceAll(flowOf(readFacts(read('docker-user-drop.bundle'))).source, flow.source)
  .replaceAll(/ ether daddr [0-9a-f:]+/g, '')
const lostOnItsWay = withAnswer('outside-silent.packets', 'begun', 124)

/** Follows the flow on a host whose script prints these texts, one for each run. */
async function follow(...texts: string[]): Promise<Pick<Trace, 'by' | 'end'> & { patience: number[] }> {
  const patience: number[] = []
  const host = {
    exec: async (command: string) => {
      patience.push(Number(/^PATIENCE=(\d+)/.exec(command)?.[1]))
      return { code: 0, stdout: texts[patience.length - 1] ?? '', stderr: '', durationMs: 0 }
    },
  }
  const [{ by, end } = {} as Trace] = await traceByPackets(host, [flow], facts)
  return { by, end, patience }
}

describe('a sender that a busy host left no time', () => {
  it('sends again, and has longer, where it sent nothing', async () => {
    expect(await follow(neverSent, answered)).to.deep.equal({ by: 'packets', end: 'answered', patience: [2, 6] })
  })

  it('sends again where an answer was on its way', async () => {
    expect(await follow(killed, answered)).to.deep.equal({ by: 'packets', end: 'answered', patience: [2, 6] })
  })

  it('shows no fault where it sends nothing twice: the flow is simulated', async () => {
    expect(await follow(neverSent, neverSent)).to.deep.equal({ by: 'rules', end: 'passes', patience: [2, 6] })
  })

  it('shows that a rule drops its packet if none was sent before', async () => {
    expect(await follow(neverSent, dropped)).to.deep.include({ by: 'packets', end: 'dropped' })
  })

  it('shows no drop where a packet has passed all hooks before: a rule may limit a rate', async () => {
    expect(await follow(killed, dropped)).to.deep.include({ by: 'packets', end: 'unclear' })
  })

  it('does not send again what was answered or lost', async () => {
    expect(await follow(answered)).to.deep.equal({ by: 'packets', end: 'answered', patience: [2] })
    expect(await follow(dropped)).to.deep.equal({ by: 'packets', end: 'dropped', patience: [2] })
    expect((await follow(lostOnItsWay)).patience).to.deep.equal([2])
  })
})
