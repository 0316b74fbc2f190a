import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { simulate } from '../index.ts'
import { ends, healthy, withChain } from './healthy-host.spec-data.ts'

const to = (port: number) => ({
  match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: port },
})
const by = (device: string) => ({ match: { op: '==', left: { meta: { key: 'iifname' } }, right: device } })
const nat = (hook: string, ...rule: Record<string, unknown>[]): Facts =>
  withChain({ table: 'own', name: 'mine', type: 'nat', hook, prio: -150 }, rule)
const own = 'port 8080/tcp published by probe-default, from the host by its own address'
const outside = 'port 8080/tcp published by probe-default, from outside'
const away = (addr: string): Facts => nat('output', to(8080), { dnat: { addr, port: 80 } })

/** The host with a FORWARD that lets everything through. */
const open = (facts: Facts): Facts => ({
  ...facts,
  nft: facts.nft.map((chain) => (chain.name === 'FORWARD' ? { ...chain, policy: 'accept' } : chain)),
})

describe('a flow to the host’s own containers that rules send to another machine', () => {
  it('dies of the rule where no machine can have the address', () => {
    const [walk] = simulate(away('172.31.9.10')).walks.filter(({ flow }) => flow.title === own)
    expect(walk).to.include({ end: 'dies' })
    expect(walk!.drop).to.include({ location: 'outside', end: 'no-answer', address: '172.31.9.10' })
    expect(walk!.drop!.rule).to.include({ table: 'ip own', chain: 'mine' })
    expect(walk!.drop!.message).to.match(/ sends it to 172\.31\.9\.10, which no container has/)
  })

  it('is unclear where a machine may have it, and the rule is named', () => {
    const route = { type: 'unicast', dst: '172.31.0.0/16', table: 'main', metric: 0, flags: [], gateway: '192.0.2.77' }
    const routed = { ...away('172.31.9.10'), routes: [...healthy.routes, { ...route, dev: 'wan0' }] }
    const neighbour = { address: '172.31.9.10', dev: 'wan0', state: ['REACHABLE'], family: 4 as const }
    const known = { ...away('172.31.9.10'), neighbours: [...healthy.neighbours, neighbour] }
    for (const facts of [away('198.51.100.7'), routed, known]) {
      const [walk] = simulate(facts).walks.filter(({ flow }) => flow.title === own)
      expect(walk).to.include({ end: 'unclear' })
      expect(walk!.doubts.map(({ message }) => message).join()).to.match(
        /in ip own mine sends it to .* and not to probe-/,
      )
    }
  })

  it('dies the same way from outside, and not of a missing masquerade', () => {
    const facts = nat('prerouting', by('wan0'), to(8080), { dnat: { addr: '172.31.9.10', port: 80 } })
    expect(ends(open(facts), outside)).to.deep.equal(['dies out outside no-answer'])
  })
})

describe('a packet for an isolated network', () => {
  const title = 'bridge to probe-a (isolated networks)'

  it('that the host itself takes shows nothing open', () => {
    const redirected = nat('prerouting', by('docker0'), to(80), { redirect: { port: 3128 } })
    const listener = { protocol: 'tcp', family: 4, address: '0.0.0.0', port: 3128, program: 'squid', pid: 7 } as const
    const facts = { ...redirected, listeners: [...healthy.listeners, listener] }
    expect(ends(facts, title)).to.deep.equal(['dies out input no-container'])
  })

  it('that leaves for another machine shows nothing open', () => {
    const facts = nat('prerouting', by('docker0'), to(80), { dnat: { addr: '198.51.100.7', port: 80 } })
    expect(ends(open(facts), title)).to.deep.equal(['dies out uplink no-container'])
  })
})
