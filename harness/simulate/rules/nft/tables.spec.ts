import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { NftChain } from '../../../evidence/facts.ts'
import { readNft } from '../../../evidence/sections/rules-native/read.ts'
import { packetOf } from '../../packet.ts'
import { fates, firewallOf } from '../firewall-of.spec-data.ts'

const packet = packetOf({
  source: '10.9.0.2',
  destination: '10.8.0.2',
  destinationPort: 80,
  input: 'br0',
  output: 'up0',
})
const accept = { accept: null }
const drop = { drop: null }
const chain = (exprs: Record<string, unknown>[][], fields: Partial<NftChain> = {}): NftChain => ({
  family: 'ip',
  table: 'filter',
  name: 'FORWARD',
  type: 'filter',
  hook: 'forward',
  prio: 0,
  policy: 'accept',
  rules: exprs.map((expr, at) => ({ family: 'ip', table: 'filter', chain: 'FORWARD', handle: at + 1, expr })),
  ...fields,
})
const saved = (...rules: string[]): string => ['*filter', ':FORWARD ACCEPT', ...rules, 'COMMIT'].join('\n')
const pass = (rules: Parameters<typeof firewallOf>[0]): string[] =>
  fates(firewallOf(rules).pass('ip', 'forward', packet))
const extension = { xt: { type: 'match', name: 'conntrack' } }

describe('tables that both nft and iptables list', () => {
  it('are read in the words of iptables, where nft shows an extension by its name', () => {
    const chains = [chain([[extension, drop]])]
    expect(pass({ chains, nft: saved('-A FORWARD -m conntrack --ctstate NEW -j DROP') })).to.deep.equal(['drop'])
    expect(pass({ chains, nft: saved('-A FORWARD -m conntrack --ctstate INVALID -j DROP') })).to.deep.equal([
      '10.8.0.2:80',
    ])
  })

  it('are not known where iptables does not list them', () => {
    const open = ['10.8.0.2:80, not module', 'drop, module']
    expect(pass({ chains: [chain([[extension, drop]])] })).to.deep.equal(open)
    expect(
      pass({ chains: [chain([[extension, drop]])], nft: saved('-A FORWARD -j ACCEPT'), incompatible: ['filter'] }),
    ).to.deep.equal(open)
  })

  // With `xt: null` as a target, a rule that accepts established packets was taken for one that drops all: a false drop.
  it('have an extension without a name, of which one before a verdict is a match', () => {
    const nameless = { xt: null }
    expect(pass({ chains: [chain([[nameless, accept], [drop]])] })).to.deep.equal([
      '10.8.0.2:80, module',
      'drop, not module',
    ])
    expect(pass({ chains: [chain([[nameless], [accept]])] })).to.deep.equal(['10.8.0.2:80, module', 'drop, not module'])
  })

  it('are read from nft where it lists more rules', () => {
    expect(pass({ chains: [chain([[accept], [drop]])], nft: saved('-A FORWARD -j DROP') })).to.deep.equal([
      '10.8.0.2:80',
    ])
  })

  it('are read from nft where a rule has parts that iptables cannot express', () => {
    const match = {
      match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: { set: [81, 82] } },
    }
    expect(pass({ chains: [chain([[match, drop]])], nft: saved('-A FORWARD -j DROP') })).to.deep.equal(['10.8.0.2:80'])
  })

  it('are read where nft lists nothing', () =>
    expect(pass({ nft: saved('-A FORWARD -p tcp -m tcp --dport 80 -j DROP') })).to.deep.equal(['drop']))

  it('have chains that nft alone lists', () => {
    const chains = [chain([]), chain([[drop]], { name: 'mine', prio: 5 })]
    expect(pass({ chains, nft: saved() })).to.deep.equal(['drop'])
  })

  it('let packets go on where the target has no options', () => {
    const target = (name: string) => ({ xt: { type: 'target', name } })
    expect(pass({ chains: [chain([[target('LOG')], [target('REJECT')]])] })).to.deep.equal(['reject'])
    expect(pass({ chains: [chain([[target('DNAT')], [accept]])] })).to.deep.equal([
      '10.8.0.2:80, module',
      'drop, not module',
    ])
  })
})

describe('a damaged listing', () => {
  // A seeded generator, so that a failure can be repeated.
  const random = (seed: number) => () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }

  /** A JSON value with one part replaced. */
  const damaged = (value: unknown, next: () => number): unknown => {
    if (next() < 0.15 || typeof value !== 'object' || value === null)
      return [null, -1, 'x', [], {}, true, '@none', { set: null }][Math.floor(next() * 8)]
    const entries = Object.entries(value)
    if (entries.length === 0) return null
    const [key] = entries[Math.floor(next() * entries.length)]!
    const changed = entries.flatMap(([each, inner]): [string, unknown][] => {
      if (each !== key) return [[each, inner]]
      return next() < 0.2 ? [] : [[next() < 0.1 ? 'odd' : each, damaged(inner, next)]]
    })
    return Array.isArray(value) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed)
  }

  it('never throws, and never lets a packet pass for certain by a rule that cannot be read', () => {
    const { chains, objects } = readNft(readFileSync(new URL('../rulesets.listing', import.meta.url), 'utf8'))
    const expressions = chains.flatMap(({ rules }) => rules.map(({ expr }) => expr))
    let worlds = 0
    for (let seed = 1; seed <= 4000; seed++) {
      const next = random(seed)
      const expr = damaged(expressions[seed % expressions.length], next)
      const list = (Array.isArray(expr) ? expr : [expr]).filter((each) => typeof each === 'object' && each !== null)
      for (const hook of ['forward', 'prerouting'] as const)
        worlds += firewallOf({ chains: [chain([list as Record<string, unknown>[]], { hook, type: 'filter' })] }).pass(
          'ip',
          hook,
          packet,
          '',
          {
            goOn: true,
          },
        ).length
    }
    expect(worlds).to.be.greaterThan(8000)
    expect(objects.sets).to.not.be.empty
    const unreadable = [
      { match: { op: '==', right: 5 } },
      { match: { left: {}, op: '?', right: [] } },
      {},
      { odd: 1 },
      { jump: null },
      { vmap: 7 },
      { dnat: { addr: {} } },
    ]
    for (const part of unreadable)
      expect(pass({ chains: [chain([[part, drop]])] }), JSON.stringify(part)).to.have.lengthOf(2)
  })
})

describe('chains that jump without end', () => {
  const jump = (word: string, target: string) => ({ [word]: { target } })
  const loop = (word: string) =>
    pass({ chains: [chain([[jump(word, 'a')]]), chain([[jump(word, 'a')]], { name: 'a', hook: undefined })] })

  it('are given up', () => {
    for (const word of ['jump', 'goto']) expect(loop(word)).to.deep.equal(['10.8.0.2:80, listing', 'drop, not listing'])
    const deep = Array.from({ length: 40 }, (_, at) => {
      const next = [jump('jump', `c${at + 1}`)]
      return chain([next, next], at === 0 ? {} : { name: `c${at}`, hook: undefined })
    })
    expect(pass({ chains: [...deep, chain([], { name: 'c40', hook: undefined })] })).to.have.lengthOf(2)
  })
})

describe('a large host', () => {
  it('is followed through every rule to the policy', () => {
    const networks = Array.from({ length: 60 }, (_, at) => `br-${at}`)
    const rules = networks.flatMap((name, at) => [
      `-A FORWARD -o ${name} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-A FORWARD -i ${name} ! -o ${name} -j ACCEPT`,
      ...Array.from(
        { length: 30 },
        (_, port) => `-A FORWARD -d 172.${at}.0.2/32 ! -i ${name} -o ${name} -p tcp -m tcp --dport ${port} -j ACCEPT`,
      ),
    ])
    const firewall = firewallOf({ nft: saved(...rules) })
    expect(rules).to.have.lengthOf(1920)
    expect(firewall.pass('ip', 'forward', packet)).to.have.lengthOf(1)
  })
})
