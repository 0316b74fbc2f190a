import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { causeNames } from '../causes/index.ts'
import { examineFacts } from '../diagnosis/examine.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { traceByRules } from './by-rules.ts'
import { flowTo, readTarget } from './flow.ts'
import { readTraces } from './read-traces.ts'
import type { Flow, Trace } from './trace.ts'

const read = (file: string): string => readFileSync(new URL(`evidence/${file}`, import.meta.url), 'utf8')
const factsOf = (name: string): Facts => readFacts(read(`${name}.bundle`))
const flowOf = (facts: Facts): Flow => flowTo(readTarget('probe-default@203.0.113.10:80'), facts) as Flow

const readTrace = (text: string, flow: Flow, facts: Facts): Trace => readTraces(text, [flow], facts)[0]!

interface Expected {
  end: Trace['end']
  at?: string
  /** Table, chain and owner of the terminating rule. */
  by?: string
  rule?: string
  /** The simulation cannot see what packets show. */
  simulated?: Trace['end']
}

// Each is a recorded debian12 host with one change.
const hosts: Record<string, Expected> = {
  healthy: { end: 'answered', simulated: 'passes' },
  'docker-user-drop': {
    end: 'dropped',
    at: 'out forward',
    by: 'ip filter DOCKER-USER admin',
    rule: '-A DOCKER-USER -j DROP',
  },
  'own-nft': { end: 'dropped', at: 'out forward', by: 'inet mine f unknown', rule: 'ip daddr 203.0.113.0/24 drop' },
  'forwarding-off': { end: 'forwarding-off', at: 'out routing' },
  blackhole: { end: 'no-route', at: 'out routing' },
  'uplink-down': { end: 'no-route', at: 'out routing' },
  'bridge-down': { end: 'no-link', at: 'out bridge' },
  'legacy-drop': {
    end: 'dropped',
    at: 'out forward',
    by: 'ip filter FORWARD unknown',
    rule: '-A FORWARD -s 172.17.0.0/16 -j DROP',
  },
  'legacy-policy': { end: 'dropped', at: 'out forward', by: 'ip filter FORWARD unknown', rule: 'policy drop' },
  'reply-drop': {
    end: 'dropped',
    at: 'back forward',
    by: 'ip filter DOCKER-USER admin',
    rule: '-A DOCKER-USER -i wan0 -j DROP',
  },
  'raw-drop': {
    end: 'dropped',
    at: 'out prerouting',
    by: 'ip raw PREROUTING unknown',
    rule: '-A PREROUTING -i docker0 -j DROP',
  },
  // The uplink's peer is down: no netfilter hook sees a packet after postrouting.
  'outside-silent': { end: 'no-link', at: 'out uplink' },
  'nat-flushed': { end: 'unmasqueraded', at: 'out postrouting' },
  overlap: { end: 'wrong-bridge', at: 'out routing' },
  'veth-off': { end: 'no-link', at: 'out bridge' },
}

const summaryOf = ({ end, at, terminatingRule }: Trace): Expected => ({
  end,
  ...(at && { at: `${at.way} ${at.location}` }),
  ...(terminatingRule && {
    by: `${terminatingRule.table} ${terminatingRule.chain} ${terminatingRule.owner.who}`,
    rule: terminatingRule.rule,
  }),
})

describe('a trace', () => {
  for (const [name, { simulated, ...expected }] of Object.entries(hosts))
    describe(name, () => {
      it('of packets shows where they die, and by whose rule', () => {
        const facts = factsOf(name)
        const trace = readTrace(read(`${name}.packets`), flowOf(facts), facts)
        expect(trace.by).to.equal('packets')
        expect(summaryOf(trace)).to.deep.equal(expected)
      })

      it('simulated ends alike, or finds that nothing on this host stops it', () => {
        const facts = factsOf(name)
        expect(summaryOf(traceByRules(flowOf(facts), facts))).to.deep.equal(simulated ? { end: simulated } : expected)
      })

      it('is of a host without a named cause, unless it has the name of one', () => {
        const named = examineFacts(factsOf(name)).findings.map(({ cause }) => cause)
        expect(named).to.deep.equal(causeNames.filter((cause) => cause === name))
      })
    })

  it('shows each location as passed up to the one where it dies, and nothing after', () => {
    const facts = factsOf('docker-user-drop')
    const { stations } = readTrace(read('docker-user-drop.packets'), flowOf(facts), facts)
    const [dead] = stations.filter(({ state }) => state === 'dead')
    expect(dead).to.include({ way: 'out', location: 'forward' })
    const before = stations.slice(0, stations.indexOf(dead!))
    expect(before.map(({ state }) => state)).to.deep.equal(before.map(() => 'passed'))
    const after = stations.slice(stations.indexOf(dead!) + 1)
    expect(after.map(({ state }) => state)).to.deep.equal(after.map(() => 'unreached'))
  })

  it('gives rules of iptables-nft in the words of iptables', () => {
    const facts = factsOf('healthy')
    const { stations } = readTrace(read('healthy.packets'), flowOf(facts), facts)
    const rules = stations.flatMap(({ rules }) => rules.map(({ rule }) => rule))
    expect(rules).to.include('-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE')
    expect(rules).to.include('-A FORWARD -i docker0 ! -o docker0 -j ACCEPT')
  })

  it('falls back on the simulation where the events were lost', () => {
    const facts = factsOf('docker-user-drop')
    const lost = read('docker-user-drop.packets').replace(/^ trace id.*\n/gm, '')
    expect(readTrace(lost, flowOf(facts), facts)).to.deep.include({ by: 'rules', end: 'dropped' })
  })

  it('falls back on the simulation where the tracer was killed', () => {
    const facts = factsOf('docker-user-drop')
    const whole = read('docker-user-drop.packets')
    for (const cut of ['', whole.slice(0, whole.length / 2)])
      expect(readTrace(cut, flowOf(facts), facts)).to.deep.include({ by: 'rules', end: 'dropped' })
  })

  it('survives events lost in the middle', () => {
    const facts = factsOf('docker-user-drop')
    const holes = read('docker-user-drop.packets').replace(
      /^ trace id.*forward_first.*\n/gm,
      ' # ERROR: No buffer space available\n',
    )
    expect(summaryOf(readTrace(holes, flowOf(facts), facts))).to.deep.include({
      end: 'dropped',
      rule: '-A DOCKER-USER -j DROP',
    })
  })

  it('does not take lost events for a lost packet where the answer came', () => {
    const facts = factsOf('healthy')
    const whole = read('healthy.packets')
    const late = whole.replace(/(^ trace id.*saddr 203\.0\.113\.10[^\n]*\n)[\s\S]*?(?=--- end events)/m, '$1')
    expect(late.length).to.be.below(whole.length)
    expect(readTrace(late, flowOf(facts), facts)).to.deep.include({ by: 'rules', end: 'passes' })
  })

  it('reads verdicts that nft knows by number alone', () => {
    const facts = factsOf('docker-user-drop')
    const numbers = read('docker-user-drop.packets').replaceAll('(verdict drop)', '(verdict 0x0)')
    expect(summaryOf(readTrace(numbers, flowOf(facts), facts))).to.deep.include({
      end: 'dropped',
      rule: '-A DOCKER-USER -j DROP',
    })
  })
})

describe('a target', () => {
  it('is an address, with an optional container, port and protocol', () => {
    expect(readTarget('192.0.2.7')).to.deep.equal({ address: '192.0.2.7', port: 443, protocol: 'tcp' })
    expect(readTarget('web@192.0.2.7:53/udp')).to.deep.equal({
      container: 'web',
      address: '192.0.2.7',
      port: 53,
      protocol: 'udp',
    })
    expect(readTarget('192.0.2.7/icmp')).to.include({ port: 0, protocol: 'icmp' })
  })

  for (const wrong of ['', 'example.org', '300.1.1.1', '192.0.2.7:99999', '192.0.2.7:80/sctp', 'a b@192.0.2.7'])
    it(`is not “${wrong}”`, () => expect(() => readTarget(wrong)).to.throw(/not a target/))

  it('needs a container that runs', () => {
    const facts = factsOf('healthy')
    expect(flowTo(readTarget('nobody@192.0.2.7'), facts))
      .to.contain('no running container nobody')
      .and.contain('probe-default')
    expect(flowTo(readTarget('192.0.2.7'), facts)).to.include({ container: 'probe-default', bridge: 'docker0' })
  })
})

describe('a rule that changes a packet', () => {
  it('is the terminating rule where the packet ends because of the change, and does not drop it itself', () => {
    const file = new URL('../field/evidence/sick/ttl-one.bundle', import.meta.url)
    const trace = examineFacts(readFacts(readFileSync(file, 'utf8'))).traces.find(
      ({ terminatingRule }) => terminatingRule?.verdict === 'change',
    )
    expect(trace?.terminatingRule?.rule).to.equal('-A PREROUTING -i docker0 -j TTL --ttl-set 1')
    expect(trace?.summary).to.include('leaves it a time to live of 1').and.not.include('dropped by')
  })
})
