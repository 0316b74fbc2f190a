import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { examinationOf } from '../diagnosis/finding.spec-data.ts'
import { FakeHost } from '../hosts/fake.ts'
import type { Trace } from '../trace/trace.ts'
import { type Follower, observe } from './observe.ts'

const { text, facts } = recordedAt('causes/rules-flushed/evidence/well/debian12-healthy')
const simulated = examinationOf(facts).traces[0]!
const seen: Trace = { ...simulated, by: 'packets' }

/** Observes a healthy host on which a packet is followed like this, time after time. */
async function observed(...traces: Trace[]): Promise<string> {
  let times = 0
  const follower: Follower = { from: 'default', probe: 'egress-tcp', follow: async () => traces[times++] ?? simulated }
  const host = new FakeHost((script) => (script.includes('dockfault-evidence') ? { stdout: text } : undefined))
  const by = { probes: [], causes: [], followers: [follower], outside: [], progress: () => {} }
  return observe(host, by).then(
    (result) => `${result.traces[0]!.trace.by} after ${times}`,
    (error: Error) => `${error.message} after ${times}`,
  )
}

describe('an observation', () => {
  it('has a trace of a real packet; where its events were lost, of a second one', async () => {
    expect(await observed(seen)).to.equal('packets after 1')
    expect(await observed(simulated, seen)).to.equal('packets after 2')
  })

  it('is the lab’s own failure where all events are lost: a simulated packet confirms nothing', async () =>
    expect(await observed()).to.match(/^no packet from the default network could be followed.* after 2$/))

  it('takes a trace that has no packet to send', async () => {
    const none: Trace = { ...simulated, by: 'rules', end: 'no-container' }
    expect(await observed(none)).to.equal('rules after 1')
  })
})
