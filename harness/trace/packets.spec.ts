import { expect } from 'chai'
import { readEvents, type TracedPacket } from './events.ts'
import { packetsFor } from './follow.ts'
import { packetsOf } from './packets.ts'
import type { Flow } from './trace.ts'

const own = 'dockfault_trace_7_99'
const packet = (more: string, flags = 'syn', id = 11): string =>
  `packet: ${more} ip ttl 64 ip id ${id} ip length 60 tcp sport 40000 tcp dport 80 tcp flags == ${flags}`
const there = 'ip saddr 172.17.0.2 ip daddr 203.0.113.10'
const read = (lines: string[]): TracedPacket[] => packetsOf(readEvents(lines))

describe('the tracer’s events', () => {
  it('are verdicts also where a mark follows them', () => {
    const verdicts = readEvents([
      'trace id a1 bridge mine main policy drop meta mark 0x00000001',
      'trace id a1 ip mine f rule tcp dport 80 drop # handle 2 (verdict drop) meta mark 0x00000001',
      'trace id a1 ip mine f rule ct state { new } accept # handle 3 (verdict accept)',
      '# ERROR: No buffer space available',
    ]).map(({ verdict, rule }) => [verdict, rule?.text])
    expect(verdicts).to.deep.equal([
      ['policy drop', undefined],
      ['drop', 'tcp dport 80 drop'],
      ['accept', 'ct state { new } accept'],
    ])
  })

  it('belong to one packet from hook to hook, though it is translated and its id changes', () => {
    const packets = read([
      `trace id a1 ip ${own} prerouting_first ${packet(`iif "docker0" ${there}`)}`,
      `trace id a1 ip ${own} prerouting_last ${packet(`iif "docker0" ${there}`)}`,
      `trace id b2 ip ${own} forward_first ${packet(`iif "docker0" oif "wan0" ${there}`)}`,
      `trace id b2 ip filter FORWARD rule accept # handle 3 (verdict accept)`,
      `trace id b2 ip ${own} postrouting_first ${packet(`oif "wan0" ${there}`)}`,
      `trace id b2 ip ${own} postrouting_last ${packet('oif "wan0" ip saddr 192.0.2.2 ip daddr 203.0.113.10')}`,
    ])
    expect(packets).to.have.length(1)
    expect(packets[0]!.steps.map(({ hook, where }) => `${hook} ${where}`)).to.deep.equal([
      'prerouting first',
      'prerouting last',
      'forward first',
      'postrouting first',
      'postrouting last',
    ])
    expect(packets[0]!.last.source).to.equal('192.0.2.2')
    expect(packets[0]!.decisions.map(({ hook, after }) => [hook, after])).to.deep.equal([['forward', 3]])
  })

  it('belong to another packet where one is sent again, even under the same id', () => {
    const first = `trace id a1 ip ${own} prerouting_first ${packet(`iif "docker0" ${there}`)}`
    expect(read([first, first])).to.have.length(2)
    expect(
      read([first, `trace id a1 ip ${own} prerouting_first ${packet(`iif "docker0" ${there}`, '0x11', 12)}`]),
    ).to.have.length(2)
  })

  it('go on where the host sends to itself by lo', () => {
    const local = 'ip saddr 127.0.0.1 ip daddr 127.0.0.1'
    const packets = read([
      `trace id a1 ip ${own} output_first ${packet(`oif "lo" ${local}`)}`,
      `trace id a1 ip ${own} postrouting_last ${packet(`oif "lo" ${local}`)}`,
      `trace id b2 ip ${own} prerouting_first ${packet(`iif "lo" ${local}`)}`,
      `trace id b2 ip ${own} input_last ${packet(`iif "lo" ${local}`)}`,
    ])
    expect(packets.map(({ steps }) => steps.length)).to.deep.equal([4])
  })

  it('are separated by flow: the host’s own start at output, and answers go back to a port', () => {
    const packets = read([
      `trace id a1 ip ${own} prerouting_first ${packet(`iif "docker0" ${there}`)}`,
      `trace id b2 ip ${own} output_first ${packet('oif "wan0" ip saddr 192.0.2.2 ip daddr 203.0.113.10', 'syn', 5)}`,
      `trace id c3 ip ${own} prerouting_first packet: iif "wan0" ip saddr 203.0.113.10 ip daddr 192.0.2.2 ip id 0 tcp sport 80 tcp dport 40000 tcp flags == 0x12`,
    ])
    const flow: Flow = {
      container: 'a',
      network: 'n',
      bridge: 'docker0',
      source: '172.17.0.2',
      address: '203.0.113.10',
      port: 80,
      protocol: 'tcp',
    }
    const none = new Set<string>()
    expect(packetsFor(flow, packets, none)).to.deep.equal({ out: packets[0] })
    const host = packetsFor({ ...flow, source: '', from: { at: 'host' } }, packets, none)
    expect(host).to.deep.equal({ out: packets[1], back: packets[2] })
  })
})
