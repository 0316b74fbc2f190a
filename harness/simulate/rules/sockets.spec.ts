import { expect } from 'chai'
import { isCertain } from '../../diagnosis/flow-symptoms.ts'
import type { Facts } from '../../evidence/facts.ts'
import { simulate } from '../index.ts'
import { ends, healthy, withChain } from '../walk/healthy-host.spec-data.ts'

const to80 = 'probe-default on bridge to the outside, TCP to port 80'
const rule =
  '-A PREROUTING -i docker0 -p tcp -m tcp --dport 80 -j TPROXY --on-port 3129 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1'
const legacy = (...rules: string[]): Facts => {
  const chain = { table: 'mangle', chain: 'PREROUTING' }
  const all = { chains: [{ ...chain, policy: 'ACCEPT' }], rules: rules.map((text) => ({ ...chain, text })) }
  return { ...healthy, xtables: { ...healthy.xtables, legacy: all } as Facts['xtables'] }
}
const squid = { protocol: 'tcp', family: 4, address: '0.0.0.0', port: 3129, program: 'squid', pid: 7 } as const
const proxied = (facts: Facts): Facts => ({ ...facts, listeners: [...facts.listeners, squid] })
const unlisted = (facts: Facts): Facts => ({
  ...facts,
  sections: { ...facts.sections, listeners: { status: 'failed', why: 'exit 1' } },
})

describe('a rule for a transparent proxy', () => {
  it('drops what it should hand over where nothing listens at its port', () => {
    const [walk] = simulate(legacy(rule)).walks.filter(({ flow }) => flow.title === to80)
    expect(walk).to.include({ end: 'dies' })
    expect(walk!.drop!.rule).to.include({ rule, verdict: 'unread' })
    expect(walk!.drop!.message).to.include('--on-port 3129').and.not.include('nothing on the host listens')
    expect(isCertain(walk!)).to.equal(true)
  })

  it('is unclear where a program listens there, or where that is not known', () => {
    expect(ends(proxied(legacy(rule)), to80)).to.deep.equal(['unclear out prerouting dropped'])
    expect(ends(unlisted(legacy(rule)), to80)).to.deep.equal(['unclear out prerouting dropped'])
  })

  it('does not match, as a rule of nft, where nothing listens at its port', () => {
    const facts = withChain({ hook: 'prerouting', prio: -150 }, [
      { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 80 } },
      { tproxy: { port: 3129 } },
    ])
    expect(ends(facts, to80)).to.deep.equal(['passes'])
    expect(ends(proxied(facts), to80)).to.deep.equal(['unclear out prerouting dropped'])
  })
})

describe('a match of sockets', () => {
  const drop = (words: string): Facts =>
    legacy(`-A PREROUTING -i docker0 -p tcp -m socket ${words} -j DROP`.replace('  ', ' '))

  it('misses what is only forwarded', () => {
    expect(ends(drop(''), to80)).to.deep.equal(['passes'])
    expect(ends(drop('--transparent'), to80)).to.deep.equal(['passes'])
    expect(ends(legacy('-A PREROUTING -p tcp -m socket -j DROP'), to80)).to.deep.equal(['passes'])
    const marks = legacy('-A PREROUTING -p tcp -m socket -j MARK --set-xmark 0x1/0xffffffff')
    expect(ends(marks, 'port 8080/tcp published by probe-default, from outside')).to.deep.equal(['passes'])
  })

  it('is unclear for what a program of the host may receive', () => {
    const own = { ...squid, port: 80 }
    const facts = drop('--nowildcard')
    expect(ends({ ...facts, listeners: [...facts.listeners, own] }, to80)).to.deep.equal([
      'unclear out prerouting dropped',
    ])
    expect(ends(unlisted(drop('')), to80)).to.deep.equal(['unclear out prerouting dropped'])
  })
})
