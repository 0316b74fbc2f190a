import { expect } from 'chai'
import type { Facts } from '../evidence/facts.ts'
import { simulate } from './index.ts'
import { passesOnlyFor } from './restriction.ts'
import { healthy, withChain } from './walk/healthy-host.spec-data.ts'

const input = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'wan0' } }
const port = (...ports: unknown[]) => ({
  match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: { set: ports } },
})
const office = {
  match: {
    op: '==',
    left: { payload: { protocol: 'ip', field: 'saddr' } },
    right: { prefix: { addr: '198.51.100.0', len: 24 } },
  },
}
const accept = { accept: null }
const drop = [input, { drop: null }]
const native = (...rules: Record<string, unknown>[][]): Facts => withChain({}, [office, accept], ...rules)

/** The host with rules of iptables-legacy in a chain that FORWARD enters first. */
const saved = (...rules: string[]): Facts => {
  const all = ['-A FORWARD -j DOCKER-USER', ...rules.map((rule) => `-A DOCKER-USER ${rule}`)]
  const legacy = {
    chains: [
      { table: 'filter', chain: 'FORWARD', policy: 'ACCEPT' },
      { table: 'filter', chain: 'DOCKER-USER', policy: '-' },
    ],
    rules: all.map((text) => ({
      table: 'filter',
      chain: text.split(' ')[1]!,
      text,
      target: text.split('-j ')[1]!,
      ...(text.includes(' -s ') && { source: text.split(' -s ')[1]!.split(' ')[0]! }),
    })),
  }
  return { ...healthy, xtables: { ...healthy.xtables, legacy } as Facts['xtables'] }
}

/** For whom alone the published port 8080, which is port 80 of its container, is open from outside. */
const openFor = (facts: Facts): string[] => {
  const { walks, net } = simulate(facts)
  const [walk] = walks.filter(({ flow }) => flow.title === 'port 8080/tcp published by probe-default, from outside')
  expect(walk!.end).to.equal('dies')
  return passesOnlyFor(walk!, net)
}

const only = ['198.51.100.0/24']
const exempt = '-s 198.51.100.0/24 -j RETURN'

describe('a published port that is open for some', () => {
  const cases: [what: string, facts: Facts, peers: string[]][] = [
    ['is restricted', native(drop), only],
    ['is not meant to be where a rule ahead lets in the host’s port', native([port(8080, 8081), accept], drop), []],
    ['is not meant to be where a range of ports does', native([port({ range: [8000, 8999] }), accept], drop), []],
    ['is restricted where that rule is for another port', native([port(8081), accept], drop), only],
    ['is restricted where that rule comes too late', native(drop, [port(8080), accept]), only],
    ['is restricted where that rule lets in the office alone', native([office, port(8080), accept], drop), only],
    ['is restricted in DOCKER-USER', saved(exempt, '-i wan0 -j DROP'), only],
    [
      'is not meant to be where DOCKER-USER lets in the host’s port',
      saved(exempt, '-i wan0 -p tcp -m multiport --dports 8080,8081 -j RETURN', '-i wan0 -j DROP'),
      [],
    ],
    [
      'is restricted where DOCKER-USER lets in the port that clients call by conntrack',
      saved(exempt, '-i wan0 -p tcp -m conntrack --ctorigdstport 8081 -j RETURN', '-i wan0 -j DROP'),
      only,
    ],
  ]
  for (const [what, facts, peers] of cases) it(what, () => expect(openFor(facts)).to.deep.equal(peers))
})
