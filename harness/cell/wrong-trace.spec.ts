import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Vector } from '../fix/classify.ts'
import { traceByRules } from '../trace/by-rules.ts'
import type { Flow, Trace, TracedRule } from '../trace/trace.ts'
import { wrongTrace } from './wrong-trace.ts'

const healthy = recordedAt('causes/rules-flushed/evidence/well/debian12-healthy').facts
const flow: Flow = {
  ...{ container: 'probe-default', network: 'bridge', bridge: 'docker0', source: '172.17.0.2' },
  ...{ address: '203.0.113.10', port: 80, protocol: 'tcp' },
}
// Without forwarding, the simulated packet ends at the route.
const closed: Facts = {
  ...healthy,
  sysctls: {
    ...healthy.sysctls,
    'net.ipv4.ip_forward': '0',
    'net.ipv4.conf.all.forwarding': '0',
    'net.ipv4.conf.docker0.forwarding': '0',
  },
}
const rule: TracedRule = {
  ...{ hook: 'forward', backend: 'nft', table: 'ip filter', chain: 'FORWARD', rule: '-j DROP', verdict: 'drop' },
  owner: { who: 'Docker', by: '' },
}
const trace = (end: Trace['end'], more: Partial<Trace> = {}): Trace => ({
  ...{ flow, by: 'rules', end, summary: `it is ${end}`, stations: [] },
  ...more,
})
const dropped = trace('dropped', { at: { way: 'out', location: 'forward' }, terminatingRule: rule })

const wrong = (
  seen: Trace,
  {
    wanted,
    vector = {},
    facts = healthy,
  }: { wanted?: Parameters<typeof wrongTrace>[1]; vector?: Vector; facts?: Facts } = {},
): string[] => wrongTrace({ from: 'default', probe: 'egress-tcp', trace: seen }, wanted, { vector, facts })

describe('a trace beside what the scenario expects', () => {
  it('is right where all that the scenario names is so', () => {
    expect(wrong(dropped)).to.deep.equal([])
    const wanted = { end: 'dropped', at: 'forward', way: 'out', chain: 'FORWARD', owner: 'Docker' } as const
    expect(wrong(dropped, { wanted })).to.deep.equal([])
  })

  it('is wrong by each value that differs, with what was expected and what was seen', () => {
    for (const [key, value, saw] of [
      ['end', 'rejected', 'dropped'],
      ['at', 'route', 'forward'],
      ['way', 'back', 'out'],
      ['chain', 'INPUT', 'FORWARD'],
      ['owner', 'firewalld', 'Docker'],
    ] as const) {
      const wanted = { end: 'dropped', [key]: value } as never
      expect(wrong(dropped, { wanted })).to.deep.equal([
        `trace from default: expected ${key} ${value}, saw ${key} ${saw} (it is dropped)`,
      ])
    }
  })

  it('has none of a place or a rule where it has no such', () => {
    const [words] = wrong(trace('answered'), { wanted: { end: 'dropped', at: 'forward' } as never })
    expect(words).to.contain('expected end dropped, at forward').and.to.contain('saw end answered, at none')
  })
})

describe('a trace beside the probe that sends the same packet', () => {
  const pass = { 'egress-tcp': 'pass' } as const
  const fail = { 'egress-tcp': 'fail' } as const

  it('contradicts it where one gets through and the other does not', () => {
    expect(wrong(dropped, { vector: pass })).to.have.length(1)
    expect(wrong(dropped, { vector: fail })).to.deep.equal([])
    expect(wrong(trace('answered'), { vector: fail })[0]).to.contain('but the probe egress-tcp saw fail')
    expect(wrong(trace('answered'), { vector: pass })).to.deep.equal([])
    expect(wrong(dropped, { vector: { 'egress-udp': 'pass' } })).to.deep.equal([])
  })

  it('contradicts nothing where its end is open', () => {
    for (const end of ['refused', 'passes', 'unclear'] as const) {
      expect(wrong(trace(end), { vector: fail }), end).to.deep.equal([])
      expect(wrong(trace(end), { vector: pass }), end).to.deep.equal([])
    }
  })

  it('finds no container only where dockerd answers', () => {
    const silent = { ...healthy, docker: { ...healthy.docker, answers: false } }
    expect(wrong(trace('no-container'), { vector: pass })).to.have.length(1)
    expect(wrong(trace('no-container'), { vector: pass, facts: silent })).to.deep.equal([])
  })
})

describe('a followed packet beside the simulated one', () => {
  const followed = (end: Trace['end'], more: Partial<Trace> = {}): Trace => trace(end, { by: 'packets', ...more })
  const at = traceByRules(flow, closed).at!

  it('agrees where both get through, or both end at one location', () => {
    expect(traceByRules(flow, healthy).end).to.equal('passes')
    expect(wrong(followed('answered'))).to.deep.equal([])
    expect(wrong(followed('dropped', { at }), { facts: closed })).to.deep.equal([])
  })

  it('disagrees where one alone gets through', () => {
    expect(wrong(followed('answered'), { facts: closed })[0]).to.contain('the packet was answered, but simulated')
    expect(wrong(followed('dropped', { at }))[0]).to.contain('but it passes when simulated')
  })

  it('disagrees where they end at different locations or on different ways', () => {
    for (const other of [
      { ...at, location: 'postrouting' },
      { ...at, way: 'back' },
    ] as const)
      expect(wrong(followed('dropped', { at: other }), { facts: closed })[0])
        .to.contain(`dropped at ${other.way} ${other.location}`)
        .and.to.contain(`but simulated at ${at.way} ${at.location}`)
  })

  it('is not compared where the packet ends outside, or was not followed', () => {
    for (const end of ['no-answer', 'no-container', 'refused', 'unclear'] as const)
      expect(wrong(followed(end)), end).to.deep.equal([])
    expect(wrong(trace('dropped', { at }))).to.deep.equal([])
  })

  it('is not compared where the simulation is unclear', () => {
    const hidden = {
      ...healthy,
      containers: healthy.containers.map((own) => ({ ...own, rules: own.container === flow.container })),
    }
    expect(traceByRules(flow, hidden).end).to.equal('unclear')
    expect(wrong(followed('dropped', { at }), { facts: hidden })).to.deep.equal([])
    expect(wrong(followed('answered'), { facts: hidden })).to.deep.equal([])
  })

  it('agrees where one rule of a bridge ends both, each on a way of its own', () => {
    const facts: Facts = {
      ...healthy,
      nft: [
        ...healthy.nft,
        {
          ...{ family: 'bridge', table: 'b', name: 'f', type: 'filter', hook: 'input', prio: 0, policy: 'accept' },
          rules: [{ family: 'bridge', table: 'b', chain: 'f', handle: 1, expr: [{ drop: null }] }],
        },
      ],
    }
    const simulated = traceByRules(flow, facts)
    expect(simulated.at).to.deep.equal({ way: 'out', location: 'bridge' })
    const own = simulated.terminatingRule!
    const back = { way: 'back', location: 'bridge' } as const
    expect(wrong(followed('dropped', { at: back, terminatingRule: own }), { facts })).to.deep.equal([])
    for (const other of [{ ...own, rule: 'other' }, { ...own, table: 'bridge c' }, undefined])
      expect(
        wrong(followed('dropped', { at: back, ...(other && { terminatingRule: other }) }), { facts }),
      ).to.have.length(1)
    const beyond = { way: 'back', location: 'forward' } as const
    expect(wrong(followed('dropped', { at: beyond, terminatingRule: own }), { facts })).to.have.length(1)
  })
})
