import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { endOf, links, withChain } from './healthy-host.spec-data.ts'

const large = { size: 'full' } as const
const narrow = (name: string, mtu: number, facts: Facts): Facts =>
  links((link) => (link.name === name ? { mtu } : {}), facts)

const match = (left: object, right: unknown) => ({ match: { op: '==', left, right } })
const icmp = (field: string, value: string | number) => match({ payload: { protocol: 'icmp', field } }, value)
const to = (device: string) => match({ meta: { key: 'oifname' } }, device)
const state = (...names: string[]) => match({ ct: { key: 'state' } }, { set: names })
const drop = { drop: null }
const accept = { accept: null }
/** The healthy host with rules for what it sends itself. */
const sending = (policy: string, ...rules: Record<string, unknown>[][]): Facts =>
  withChain({ hook: 'output', policy }, ...rules)

describe('a link that is smaller than the one before it', () => {
  const bridge = (facts: Facts): string => endOf(narrow('docker0', 1200, facts), large)

  it('takes large transfers where the host’s report gets to their sender', () => {
    expect(bridge(sending('accept'))).to.equal('passes')
    expect(bridge(sending('accept', [icmp('type', 'echo-request'), drop]))).to.equal('passes')
    expect(bridge(sending('accept', [to('docker0'), drop]))).to.equal('passes')
    expect(bridge(sending('drop', [state('established', 'related'), accept]))).to.equal('passes')
  })

  it('loses them where rules drop the report, whichever they know it by', () => {
    const lost = 'dies back output dropped'
    expect(bridge(sending('accept', [icmp('type', 'destination-unreachable'), drop]))).to.equal(lost)
    expect(bridge(sending('accept', [icmp('code', 4), drop]))).to.equal(lost)
    expect(bridge(sending('accept', [state('related'), drop]))).to.equal(lost)
    expect(bridge(sending('drop', [state('established', 'new'), accept]))).to.equal(lost)
  })

  it('is reported to the side that sends', () => {
    const uplink = (rule: Record<string, unknown>[]): string =>
      endOf(narrow('wan0', 1400, sending('accept', rule)), large)
    expect(uplink([to('docker0'), icmp('code', 4), drop])).to.equal('dies out output dropped')
    // Whether large answers get through the path to the uplink is another question.
    expect(uplink([to('wan0'), icmp('code', 4), drop])).to.equal('unclear back uplink too-large')
  })

  it('may be a route', () => {
    const facts = sending('accept', [to('docker0'), icmp('code', 4), drop])
    const by = (route: object): Facts => ({
      ...facts,
      routes: facts.routes.map((each) => (each.dst === 'default' ? { ...each, ...route } : each)),
    })
    expect(endOf(by({}), large)).to.equal('passes')
    expect(endOf(by({ mtu: 700 }), large)).to.equal('dies out output dropped')
  })

  it('takes small packets, and those that may be fragmented', () => {
    const facts = narrow('docker0', 1200, sending('drop'))
    expect(endOf(facts, { size: 'small' })).to.equal('passes')
    expect(endOf(facts, { protocol: 'udp', size: 'full' })).to.equal('passes')
  })
})
