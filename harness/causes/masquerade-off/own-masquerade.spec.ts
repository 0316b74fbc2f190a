import { expect } from 'chai'
import { examineFacts } from '../../diagnosis/examine.ts'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

// An admin who turns Docker's masquerading off and masquerades himself has what he wanted, however he writes his rules.
const hosts = {
  'ip-masq=false': bundlesOf('masquerade-off').own('sick/debian12-daemon-json'),
  'iptables=false': bundlesOf('iptables-off').own('sick/debian12-iptables-false'),
}

const subnets = ['172.17.0.0', '172.30.1.0', '172.30.2.0']
const saddr = { payload: { protocol: 'ip', field: 'saddr' } }
const match = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } })
const prefix = (addr: string, len: number) => ({ prefix: { addr, len } })
const inSet = { set: [prefix('172.17.0.0', 16), prefix('172.30.1.0', 24), prefix('172.30.2.0', 24)] }

/** A base chain of the admin's own at postrouting with one rule. */
const withNft = (facts: Facts, expr: unknown[], table = 'site', family = 'inet'): Facts => {
  const rule = { family, table, chain: 'out', handle: 9, expr }
  const chain = { family, table, name: 'out', type: 'nat', hook: 'postrouting', prio: 100, policy: 'accept' }
  return { ...facts, nft: [...facts.nft, { ...chain, rules: [rule] }] } as Facts
}

/** Facts with these rules in nat POSTROUTING, without nftables' listing of the same table. */
const withIptables = (facts: Facts, ...rules: string[]): Facts => {
  const kept = facts.rules.filter((line) => line.includes('-A POSTROUTING'))
  const lines = ['*nat', ':POSTROUTING ACCEPT', ...kept, ...rules]
  const ruleset = parseIptablesSave(lines)
  const others = facts.ruleset.rules.filter(({ table }) => table !== 'nat')
  const nft = { chains: facts.xtables.nft.chains, rules: [...others, ...ruleset.rules] }
  return {
    ...facts,
    xtables: { ...facts.xtables, nft: { ...nft, chains: [...nft.chains, ...ruleset.chains] } },
    nft: facts.nft.filter(({ family, table }) => family !== 'ip' || table !== 'nat'),
  }
}

const kinds: Record<string, (facts: Facts) => Facts> = {
  'a set of subnets': (facts) => withNft(facts, [match(saddr, inSet), { masquerade: null }]),
  'a range': (facts) =>
    withNft(facts, [match(saddr, { range: ['172.16.0.0', '172.31.255.255'] }), { masquerade: null }]),
  'the uplink’s name': (facts) => withNft(facts, [match({ meta: { key: 'oifname' } }, 'wan0'), { masquerade: null }]),
  'a table ip nat of nftables': (facts) =>
    withNft(facts, [match(saddr, prefix('172.16.0.0', 12)), { masquerade: null }], 'mynat', 'ip'),
  'whatever leaves by no bridge': (facts) =>
    withNft(facts, [
      match({ meta: { key: 'oifname' } }, { set: ['docker0', 'br-probe-a', 'br-probe-b'] }, '!='),
      { masquerade: null },
    ]),
  'SNAT to the uplink’s address': (facts) =>
    withNft(facts, [match({ meta: { key: 'oifname' } }, 'wan0'), { snat: { family: 'ip', addr: '192.0.2.2' } }]),
  'a rule for each bridge that it came by': (facts) =>
    withIptables(facts, ...subnets.map((net, index) => `-A POSTROUTING -s ${net}/${index ? 24 : 16} -j MASQUERADE`)),
  'one iptables rule for a wide prefix': (facts) =>
    withIptables(facts, '-A POSTROUTING -s 172.16.0.0/12 -o wan0 -j MASQUERADE'),
  'one iptables rule for the uplink': (facts) => withIptables(facts, '-A POSTROUTING -o wan0 -j MASQUERADE'),
  'SNAT by iptables': (facts) =>
    withIptables(facts, '-A POSTROUTING -s 172.16.0.0/12 -o wan0 -j SNAT --to-source 192.0.2.2'),
}

describe('masquerading of the admin’s own', () => {
  for (const [setting, facts] of Object.entries(hosts)) {
    it(`is needed under ${setting}`, () => expect(examineFacts(facts).verdict).to.equal('sick'))

    for (const [kind, change] of Object.entries(kinds))
      it(`is left in peace under ${setting}: ${kind}`, () => {
        const { findings, unexplained } = examineFacts(change(facts))
        expect({ findings: findings.map(({ cause }) => cause), unexplained }).to.deep.equal({
          findings: [],
          unexplained: [],
        })
      })
  }

  it('was tried in ten ways', () => expect(Object.keys(kinds)).to.have.length(10))
})
