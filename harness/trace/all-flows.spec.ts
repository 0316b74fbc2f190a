import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from '../evidence/facts.ts'
import { everyFlow, withoutIdle } from './all-flows.ts'
import { readTarget } from './flow.ts'
import { questionFor } from './question.ts'
import { wordsOf } from './sender-words.ts'
import type { Flow, Trace } from './trace.ts'

const facts = readFacts(readFileSync(new URL('evidence/healthy.bundle', import.meta.url), 'utf8'))
const count = (flows: Flow[], kind: Flow['kind'], from?: string): number =>
  flows.filter((flow) => flow.kind === kind && (from === undefined || flow.from?.at === from)).length

describe('every flow of a host', () => {
  const target = readTarget('203.0.113.10:80')
  const flows = everyFlow(facts, target)

  it('goes from one container of each network to the target, by TCP with small and large answers, and by two pings', () => {
    const egress = flows.filter(({ kind }) => kind === 'egress')
    const networks = new Set(egress.map(({ network }) => network))
    expect([...networks].sort()).to.deep.equal(['bridge', 'probe-a', 'probe-b'])
    expect(egress.length).to.equal(4 * networks.size)
    expect(egress.every(({ address }) => address === '203.0.113.10')).to.equal(true)
  })

  it('comes to published ports from the host, and from outside where a sender is given', () => {
    expect(count(flows, 'published', 'host')).to.equal(4)
    expect(count(flows, 'published', 'outside')).to.equal(0)
    const outside = everyFlow(facts, target, { namespace: '/run/netns/outside', path: '/' })
    expect(count(outside, 'published', 'outside')).to.equal(2)
    const inward = outside.find(({ from }) => from?.at === 'outside')!
    expect(wordsOf(inward, facts, { outside: '/run/netns/outside' }).slice(0, 2)).to.deep.equal([
      '/run/netns/outside',
      '-',
    ])
  })

  it('has pings that fit the uplink: this host is not to report its size to a container, which would remember it', () => {
    const ping = flows.find(({ protocol, size }) => protocol === 'icmp' && size === 'full')!
    expect(wordsOf(ping, facts).at(-1)).to.equal('1472')
    const links = facts.links.map((link) => (link.name === facts.uplink ? { ...link, mtu: 1400 } : link))
    expect(wordsOf(ping, { ...facts, links }).at(-1)).to.equal('1372')
  })

  it('has peers, name servers, and networks that are isolated from each other', () => {
    expect(count(flows, 'peer')).to.be.above(0)
    expect(count(flows, 'names')).to.be.above(0)
    expect(flows.filter(({ ought }) => ought === 'die').length)
      .to.equal(count(flows, 'isolation'))
      .and.to.equal(6)
  })

  it('sends a TLS server a complete first message, and others an HTTP request', () => {
    const bytes = (flow: Partial<Flow>): number[] =>
      questionFor(flow as Flow)
        .split('\\')
        .slice(1)
        .map((each) => Number.parseInt(each, 8))
    const hello = bytes({ port: 443 })
    expect(hello.slice(0, 3)).to.deep.equal([0x16, 3, 1])
    expect(hello[3]! * 256 + hello[4]!).to.equal(hello.length - 5)
    expect(String.fromCharCode(...bytes({ port: 80 }))).to.match(/^GET \/ HTTP\/1\.0\r\n.*\r\n\r\n$/s)
  })
})

describe('pings beside each other', () => {
  const ping = (size: Flow['size'], end: Trace['end']): Trace => ({
    flow: {
      container: 'a',
      network: 'n',
      bridge: 'b',
      source: '',
      address: '203.0.113.10',
      port: 0,
      protocol: 'icmp',
      kind: 'egress',
      size,
      ought: 'unknown',
    },
    by: 'packets',
    end,
    summary: '',
    stations: [],
  })

  it('show a link that is too narrow where only a large one is lost, and otherwise nothing', () => {
    const ends = (...traces: Trace[]): Trace['end'][] => withoutIdle(traces).map(({ end }) => end)
    expect(ends(ping('small', 'answered'), ping('full', 'no-answer'))).to.deep.equal(['too-large'])
    expect(ends(ping('small', 'no-answer'), ping('full', 'no-answer'))).to.deep.equal([])
    expect(ends(ping('small', 'answered'), ping('full', 'answered'))).to.deep.equal([])
  })
})
